/// A point of a picture: pixels to the right and down.
public struct Point: Hashable, Sendable {
    public var x: Double
    public var y: Double

    public init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

/// A map of one plane onto another as a camera makes it: straight lines stay straight.
struct Homography: Sendable {
    /// a … h of x' = (a x + b y + c) / (g x + h y + 1), y' = (d x + e y + f) / (g x + h y + 1).
    let coefficients: [Double]

    /// - Returns: `nil` for four points of which three lie on a line.
    init?(from: [Point], to: [Point]) {
        var rows: [[Double]] = []
        for (source, target) in zip(from, to) {
            rows.append([
                source.x, source.y, 1, 0, 0, 0, -source.x * target.x, -source.y * target.x, target.x,
            ])
            rows.append([
                0, 0, 0, source.x, source.y, 1, -source.x * target.y, -source.y * target.y, target.y,
            ])
        }
        guard rows.count == 8, let solution = Self.solve(rows) else { return nil }
        coefficients = solution
    }

    func map(_ point: Point) -> Point {
        let c = coefficients
        let scale = c[6] * point.x + c[7] * point.y + 1
        return Point(
            (c[0] * point.x + c[1] * point.y + c[2]) / scale, (c[3] * point.x + c[4] * point.y + c[5]) / scale)
    }

    /// Gauss's elimination with the largest pivot.
    private static func solve(_ equations: [[Double]]) -> [Double]? {
        var rows = equations
        let count = rows.count
        for column in 0..<count {
            guard let pivot = (column..<count).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
                abs(rows[pivot][column]) > 1e-12
            else { return nil }
            rows.swapAt(column, pivot)
            for row in 0..<count where row != column {
                let factor = rows[row][column] / rows[column][column]
                for index in column...count { rows[row][index] -= factor * rows[column][index] }
            }
        }
        return (0..<count).map { rows[$0][count] / rows[$0][$0] }
    }
}
