#[obs::traced(parent = id)]
fn parent(id: u64) -> u64 {
    id
}

#[obs::traced(parent = Some(id.to_string()))]
async fn parent_async(id: u64) {}

#[obs::traced(links = ids)]
fn links(ids: Vec<u64>) {}

#[obs::traced(links = ids.iter())]
fn links_iterator(ids: Vec<u64>) {}

#[obs::traced(links = context)]
fn one_link(context: &obs::Context) {}

#[obs::traced(links = obs::Context::current())]
fn made_link() {}

fn main() {
    parent(1);
    drop(parent_async(1));
    links(Vec::new());
    links_iterator(Vec::new());
    one_link(&obs::Context::NONE);
    made_link();
}
