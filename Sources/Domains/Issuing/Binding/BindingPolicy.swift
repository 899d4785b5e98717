/// What happens when a bound card is bound again (BIND-06).
///
/// A second secure element *keeps* the first: a person has several devices, and a lost one is told to the wallet, which
/// unbinds it. The same three again are the same binding, with the same answer.
public enum BindingPolicy {
    /// Secure elements that a card is bound to at the same time, whoever's they are.
    public static let secureElementsOfCardMax = 8
}
