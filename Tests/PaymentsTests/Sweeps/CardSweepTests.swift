import Testing

@Suite("No interruption of a smart card's payment loses or doubles money")
struct CardSweepTests {
    @Test("cut at every commit, message and command, the server started again from its file: paid once (SCV-01)")
    func everywhere() async throws {
        let steps = try await CardStory(isInFile: true).play()
        #expect(steps == 8, "2 commits, 2 requests, 4 commands")
        let stories = PaymentSweep.everywhere(steps).map { CardStory(cuts: $0, isInFile: true) }
        let struck = try await PaymentSweep.play(stories) { try await $0.play() }
        #expect(struck == stories.count)
        print("swept \(stories.count) cut points of a smart card's payment")
    }

    @Test("a clone and a card without funds move nothing, and a failure counts once, wherever they are cut (SCV-03)")
    func refused() async throws {
        var stories: [CardStory] = []
        for kind in CardStory.Kind.allCases where kind != .valid {
            let steps = try await CardStory(kind: kind).play()
            stories += PaymentSweep.everywhere(steps).map { CardStory(kind: kind, cuts: $0) }
        }
        let struck = try await PaymentSweep.play(stories) { try await $0.play() }
        #expect(struck == stories.count)
        print("swept \(stories.count) cut points of payments that a card does not make")
    }

    @Test("cut again in what makes up for the first cut: paid once (SCV-01)")
    func twice() async throws {
        let steps = try await CardStory().play()
        let stories = PaymentSweep.twice(steps, reach: 4).map { CardStory(cuts: $0) }
        let struck = try await PaymentSweep.play(stories) { try await $0.play() }
        #expect(struck > stories.count / 2)
        print("swept \(struck) pairs of cut points of a smart card's payment")
    }

    @Test("the terminal dies wherever something is lost: the payment is nothing or the amount (SCV-07)")
    func terminalDies() async throws {
        let steps = try await CardStory().play()
        let stories = PaymentSweep.everywhere(steps).map { CardStory(cuts: $0) }
        let struck = try await PaymentSweep.play(stories) { try await $0.playUntilTerminalDies() }
        #expect(struck == stories.count)
        print("swept \(stories.count) deaths of a terminal with a smart card's payment")
    }
}
