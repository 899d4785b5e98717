#if canImport(Vision)
    public import EMV
    import Foundation
    public import MobileDevice
    import Vision

    /// Reads cards on Apple's platforms with Vision's text recognition, under the same judgement as everywhere.
    ///
    /// Vision tells a confidence for a line, not for each digit: every digit gets its line's, less what the second best
    /// reading of the line differs in. It has not been measured on the synthetic cards, which need Debian's fonts.
    public struct VisionRecognition: CardRecognition {
        private let reader: CardReader
        private let month: @Sendable () -> CardExpiry

        public init(
            reader: CardReader = CardReader(), month: @escaping @Sendable () -> CardExpiry = { .presentMonth }
        ) {
            self.reader = reader
            self.month = month
        }

        public func recognize(_ image: [UInt8]) async throws(CardRecognitionError) -> RecognizedCard {
            let header = try ImageHeader(of: image)
            let request = VNRecognizeTextRequest()
            request.recognitionLevel = .accurate
            request.usesLanguageCorrection = false
            do {
                try VNImageRequestHandler(data: Data(image)).perform([request])
            } catch {
                throw .failed("Vision: \(error)")
            }
            let lines = (request.results ?? []).compactMap { Self.line($0, header) }
            return reader.judge(CardReading(digitLines: lines, textLines: lines), in: month())
        }

        private static func line(_ observation: VNRecognizedTextObservation, _ header: ImageHeader) -> ReadLine? {
            let candidates = observation.topCandidates(2)
            guard let best = candidates.first else { return nil }
            let second = candidates.dropFirst().first.map { Array($0.string) } ?? []
            let width = Double(header.width), height = Double(header.height)
            var symbols: [ReadSymbol] = []
            var beginsWord = true
            for (offset, index) in best.string.indices.enumerated() {
                let character = best.string[index]
                guard character != " " else {
                    beginsWord = true
                    continue
                }
                let next = best.string.index(after: index)
                guard let box = try? best.boundingBox(for: index..<next)?.boundingBox else { return nil }
                var alternatives = [ReadSymbol.Alternative(character, Double(best.confidence))]
                if second.count == best.string.count, second[offset] != character {
                    alternatives.append(ReadSymbol.Alternative(second[offset], Double(candidates[1].confidence)))
                }
                ReadSymbol(
                    alternatives, x: box.midX * width, y: (1 - box.midY) * height, width: box.width * width,
                    height: box.height * height, beginsWord: beginsWord
                ).map { symbols.append($0) }
                beginsWord = false
            }
            return ReadLine(symbols: symbols)
        }
    }
#endif
