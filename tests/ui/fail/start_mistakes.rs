use obs::Context;

#[obs::traced(root, parent = context)]
fn both(context: &Context) {}

#[obs::traced(root = true)]
fn root_with_value() {}

#[obs::traced(parent)]
fn parent_without_value() {}

#[obs::traced(links(context))]
fn links_as_list(context: &Context) {}

#[obs::traced(parent =, links = )]
fn half_typed() {}

#[obs::counted(root)]
fn of_another() {}

fn main() {
    both(&Context::NONE);
    root_with_value();
    parent_without_value();
    links_as_list(&Context::NONE);
    half_typed();
    of_another();
}
