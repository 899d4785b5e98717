/// Field 22: how the account number came into the terminal, and that it can take a PIN.
public enum PointOfServiceEntryMode: String, Hashable, Sendable, CaseIterable {
    case manual = "011"
    case code = "031"
    case chip = "051"
    case contactlessChip = "071"
    case electronicCommerce = "812"
}
