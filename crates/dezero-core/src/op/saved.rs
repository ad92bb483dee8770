//! Operations by name and parameters, as they are saved.
//!
//! An elementwise primitive goes by its name in the table, which has its parameters too; other operations by
//! their label, with the payload. The two differ in the case of their first letter.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Op;
use crate::elementwise::{Compare, primitives};

/// # Saving
impl Op {
    /// The name by which the operation is saved; `None` if it cannot be: a user's function, what is no
    /// operation.
    ///
    /// ```
    /// use dezero_core::Variable;
    ///
    /// let name = |y: Variable| y.creator().unwrap().op().saved_name().unwrap().to_owned();
    /// let x = Variable::new([1.0, 2.0]);
    /// assert_eq!([name(x.tanh()), name(x.sum(..)), name(x.less(0.0))], ["tanh", "Sum", "Less"]);
    /// ```
    pub fn saved_name(&self) -> Option<&str> {
        match self {
            Self::Leaf | Self::Constant | Self::Custom(_) | Self::Output(_) => None,
            Self::Unary(_) | Self::Binary(_) => {
                let alike = |op: &Op| match (op, self) {
                    (Self::Unary(a), Self::Unary(b)) => a.label() == b.label(),
                    (Self::Binary(a), Self::Binary(b)) => a == b,
                    _ => false,
                };
                primitives()
                    .find(|primitive| alike(&primitive.op))
                    .map(|primitive| primitive.name)
            }
            _ => Some(self.label()),
        }
    }

    /// Writes the parameters of the operation.
    ///
    /// # Errors
    ///
    /// What the serializer reports.
    pub fn serialize_parameters<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unary(op) => op.parameters().serialize(serializer),
            Self::Binary(_) => <[f64; 0]>::default().as_slice().serialize(serializer),
            _ => self.serialize_payload(serializer),
        }
    }

    /// The operation of a saved name, with parameters that
    /// [`serialize_parameters`](Self::serialize_parameters) wrote; `None` if no operation has the name.
    ///
    /// What is read may be anything: [`form`](Self::form) tells whether the parameters fit what the operation
    /// is applied to. Without that, using the operation may panic.
    ///
    /// # Errors
    ///
    /// What the deserializer reports.
    pub fn deserialize_parameters<'de, D: Deserializer<'de>>(
        name: &str,
        deserializer: D,
    ) -> Option<Result<Self, D::Error>> {
        if let Some(primitive) = primitives().find(|primitive| primitive.name == name) {
            let with = |parameters: Vec<f64>| {
                let op = match &primitive.op {
                    Self::Unary(op) => op.with_parameters(&parameters).map(Self::Unary),
                    op => parameters.is_empty().then(|| op.clone()),
                };
                op.ok_or_else(|| {
                    serde::de::Error::invalid_length(parameters.len(), &primitive.name)
                })
            };
            return Some(Vec::deserialize(deserializer).and_then(with));
        }
        if let Some(op) = Compare::ALL.iter().find(|op| op.label() == name) {
            return Some(<()>::deserialize(deserializer).map(|()| Self::Compare(*op)));
        }
        Self::deserialize_payload(name, deserializer)
    }
}
