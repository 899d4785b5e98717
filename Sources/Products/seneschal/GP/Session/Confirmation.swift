import ArgumentParser

/// What cannot be undone is done only when somebody has said so twice.
struct ConfirmationOptions: ParsableArguments {
    @Flag(name: [.customShort("y"), .long], help: "Do it without asking.")
    var yes = false

    /// Asks for `word` to be typed.
    ///
    /// - Parameter consequence: a sentence: what will be so afterwards.
    func confirm(_ consequence: String, typing word: String) throws {
        if yes { return }
        guard let ask = Terminal.console.ask else {
            throw CommandFailure(.usage, consequence, nextStep: "add --yes if that is meant")
        }
        guard ask(Console.Question(text: "\(consequence)\nType “\(word)” to go on: ")) == word else {
            throw CommandFailure(.refused, "nothing was done")
        }
    }
}
