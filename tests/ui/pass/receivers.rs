//! Every way to take `self`.
#![deny(warnings)]

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

struct Cart {
    items: Vec<String>,
}

#[obs::traced]
#[obs::profiled]
#[obs::counted]
impl Cart {
    fn new() -> Self {
        Self { items: Vec::new() }
    }

    fn by_ref(&self) -> Option<&String> {
        self.items.first()
    }

    fn by_mut(&mut self) -> Option<&mut String> {
        self.items.push(String::new());
        self.items.last_mut()
    }

    fn by_value(self) -> Vec<String> {
        self.items
    }

    fn by_mut_value(mut self) -> Vec<String> {
        self.items.push(String::new());
        self.items
    }

    fn boxed(self: Box<Self>) -> Box<Self> {
        self
    }

    fn boxed_mut(mut self: Box<Self>) -> Box<Self> {
        self.items.clear();
        self
    }

    fn counted(self: Rc<Self>) -> Rc<Self> {
        self
    }

    fn shared(self: Arc<Self>) -> Result<usize, ()> {
        Ok(self.items.len())
    }

    fn pinned(self: Pin<&mut Self>) -> Pin<&mut Self> {
        self
    }

    fn long<'a>(self: &'a Self, other: &'a mut String) -> Result<&'a mut String, &'a Vec<String>> {
        if self.items.is_empty() {
            return Err(&self.items);
        }
        other.push('x');
        Ok(other)
    }

    async fn later(&mut self) -> Option<&mut String> {
        self.items.last_mut()
    }

    async fn owned(mut self) -> Self {
        self.items.clear();
        self
    }
}

fn main() {
    let mut cart = Cart::new();
    assert!(cart.by_ref().is_none());
    assert!(cart.by_mut().is_some());
    let mut other = String::new();
    assert!(cart.long(&mut other).is_ok());
    assert_eq!(cart.by_value().len(), 1);
    assert_eq!(Cart::new().by_mut_value().len(), 1);
    let mut cart = Box::new(Cart::new()).boxed().boxed_mut();
    Pin::new(&mut *cart).pinned();
    drop(cart.later());
    drop(cart.owned());
    assert_eq!(Arc::new(Cart::new()).shared(), Ok(0));
    Rc::new(Cart::new()).counted();
}
