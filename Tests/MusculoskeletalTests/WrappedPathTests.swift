import Foundation
import OpenSimFiles
import TestSupport
import Testing

@testable import Musculoskeletal

/// Whole paths over surfaces.
@Suite struct WrappedPathTests {
  /// Lengths and moment arms of a model at some angles.
  private struct Posed {
    /// The model.
    let limb: LimbModel
    /// Its parameters.
    let parameters: LimbParameters
    /// What it computes.
    var state: LimbState

    init(_ limb: LimbModel) {
      self.limb = limb
      parameters = limb.nominalParameters
      state = LimbState(limb)
    }

    mutating func pose(_ q: [Double], forDerivatives: Bool = false) {
      limb.evaluate(
        q: q, u: q.map { _ in 0 }, activations: Array(repeating: 0.1, count: limb.muscleCount),
        torque: q.map { _ in 0 }, payloadMass: 0, parameters: parameters, state: &state,
        tendonStates: Array(repeating: 0.1, count: limb.muscleCount),
        forDerivatives: forDerivatives)
    }

    func arm(_ muscle: Int, _ coordinate: Int) -> Double {
      limb.momentArms(state)[muscle * limb.coordinateCount + coordinate]
    }
  }

  /// Over the whole grid: cylinders as OpenSim's, the biceps' ellipsoid where OpenSim's is smooth.
  @Test(.enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func lengthsAreOpenSimsWhereItIsSmooth() throws {
    var posed = Posed(LimbModel(try arm26WithWraps()))
    let table = try columns(
      ofCSV: sharedData.appendingPathComponent("opensim/arm26_paths_wrapped.csv"))
    let shoulder = try #require(table["shoulder_elev"])
    let elbow = try #require(table["elbow_flex"])
    var rows = ["| shoulder | BIClong mean | BIClong largest | TRIlong mean | TRIlong largest |"]
    var sums = [String: (sum: Double, largest: Double)]()
    for row in shoulder.indices {
      let angle = shoulder[row] * 180 / .pi
      posed.pose([shoulder[row], elbow[row]])
      for (muscle, description) in posed.limb.description.muscles.enumerated() {
        let name = description.name
        let length = try #require(table["\(name)_length"])[row]
        let points = try #require(table["\(name)_npoints"])[row]
        let difference = posed.state.length[muscle] - length
        let place = "\(name) at \(angle), elbow \(elbow[row] * 180 / .pi)"
        switch name {
        case "TRIlat", "TRImed": #expect(abs(difference) < 1e-5, "\(place)")
        // its cylinder is far from one end: OpenSim stops at a tangent 0.1 degrees off and is longer
        case "BRA": #expect(difference < 1e-6 && difference > -3e-5, "\(place)")
        case "BICshort": #expect(abs(difference) < 1e-9, "\(place)")
        case "BIClong" where abs(angle - 30) > 20 && abs(angle - 60) > 40:
          #expect(abs(difference) < 4e-5, "\(place)")
        case "TRIlong" where points == 5 && angle < 25:
          #expect(abs(difference) < 1e-9, "\(place)")
        default: break
        }
        var entry = sums[name] ?? (0, 0)
        entry.sum += difference
        if abs(difference) > abs(entry.largest) { entry.largest = difference }
        sums[name] = entry
      }
      guard row % 53 == 52 else { continue }
      func text(_ name: String) -> String {
        let entry = sums[name] ?? (0, 0)
        return String(format: "%.3f | %.3f", entry.sum / 53 * 1000, entry.largest * 1000)
      }
      rows.append(String(format: "| %.1f | ", angle) + "\(text("BIClong")) | \(text("TRIlong")) |")
      sums = [:]
    }
    if ProcessInfo.processInfo.environment["DIFFMSM_PRINT_TABLES"] != nil {
      print(rows.joined(separator: "\n"))
    }
  }

  /// Ten times finer than the grid, through all the angles at which OpenSim's lengths jump.
  @Test(arguments: [0.0, 1.3])
  func lengthHasNoJumpAndTheMomentArmIsItsDerivative(elbow: Double) throws {
    var posed = Posed(LimbModel(try arm26WithWraps()))
    let step = 0.1 * Double.pi / 180
    var last: (length: [Double], arms: [Double])?
    for index in 0...2700 {
      let shoulder = -Double.pi / 2 + Double(index) * step
      posed.pose([shoulder, elbow])
      let now = (length: posed.state.length, arms: posed.limb.momentArms(posed.state))
      if let last {
        for muscle in now.length.indices {
          let slope = -(now.arms[2 * muscle] + last.arms[2 * muscle]) / 2
          let jump = now.length[muscle] - last.length[muscle] - slope * step
          #expect(abs(jump) < 5e-5, "muscle \(muscle), shoulder \(shoulder * 180 / .pi)")
        }
      }
      last = now
      guard index % 25 == 12 else { continue }
      let reach = 1e-5
      for coordinate in 0..<2 {
        var lengths: [[Double]] = []
        for sign in [1.0, -1] {
          var q = [shoulder, elbow]
          q[coordinate] += sign * reach
          posed.pose(q)
          lengths.append(posed.state.length)
        }
        for muscle in now.length.indices {
          let slope = (lengths[0][muscle] - lengths[1][muscle]) / (2 * reach)
          let arm = now.arms[2 * muscle + coordinate]
          #expect(abs(slope + arm) < 1e-7, "muscle \(muscle), shoulder \(shoulder * 180 / .pi)")
        }
      }
    }
  }

  @Test(arguments: 0..<24)
  func hessianIsTheGradientsDerivative(seed: Int) throws {
    var random = SplitMix(state: UInt64(seed))
    var posed = Posed(LimbModel(try arm26WithWraps()))
    let q = [
      Double.random(in: -1.5...3.1, using: &random), .random(in: 0...2.2, using: &random),
    ]
    posed.pose(q, forDerivatives: true)
    let exact = posed.state.lengthHessian
    var place = 0
    for muscle in 0..<posed.limb.muscleCount {
      let span = posed.limb.spans[muscle]
      for column in span.indices {
        func moved(_ by: Double) -> [Double] {
          var posed = posed
          var q = q
          q[posed.limb.spanCoordinates[column]] += by
          posed.pose(q)
          return span.map { posed.state.lengthGradient[$0] }
        }
        let rows = span.indices.map { row in
          exact[place + (row - span.lowerBound) * span.count + column - span.lowerBound]
        }
        expectDerivatives(
          rows, of: moved, step: 1e-5, tolerance: 1e-5, floor: 0.1,
          "seed \(seed), muscle \(muscle), q \(q)")
      }
      place += span.count * span.count
    }
  }

  @Test(arguments: 0..<10)
  func wildAnglesGiveFiniteLengths(seed: Int) throws {
    var random = SplitMix(state: UInt64(seed))
    var posed = Posed(LimbModel(try arm26WithWraps()))
    for size in [1.0, 10, 1e3, 1e9] {
      posed.pose([random.vector().x * size, random.vector().x * size], forDerivatives: true)
      let numbers =
        posed.state.length + posed.state.lengthGradient + posed.state.lengthHessian
      #expect(numbers.allSatisfy { $0.isFinite }, "seed \(seed), size \(size)")
    }
  }

  @Test func conditionalPointsComeAndGo() throws {
    var model = try arm26()
    let muscle = try #require(model.muscles.firstIndex { $0.name == "BICshort" })
    let elbow = try #require(model.coordinates.firstIndex { $0.name == "r_elbow_flex" })
    let without = {
      var model = model
      model.muscles[muscle].path.remove(at: 2)
      return model
    }()
    var posed = [Posed(LimbModel(model)), Posed(LimbModel(without))]
    model.muscles[muscle].path[2].motion = .conditional(coordinate: elbow, range: 0.5...1)
    var conditional = Posed(LimbModel(model))
    for (angle, index) in [
      (0.2, 1), (0.49998, 1), (0.499991, 0), (0.7, 0), (1.000009, 0), (1.1, 1),
    ] {
      conditional.pose([0.4, angle], forDerivatives: true)
      posed[index].pose([0.4, angle], forDerivatives: true)
      let place = posed[index].limb.hessianPlaces[muscle]
      #expect(
        abs(conditional.state.length[muscle] - posed[index].state.length[muscle]) < 1e-15,
        "\(angle)")
      #expect(abs(conditional.arm(muscle, 1) - posed[index].arm(muscle, 1)) < 1e-15, "\(angle)")
      #expect(
        abs(conditional.state.lengthHessian[place] - posed[index].state.lengthHessian[place])
          < 1e-15, "\(angle)")
    }
  }

  @Test func whatIsNotComputedIsNamed() throws {
    var model = try arm26WithWraps()
    #expect(LimbModel(model).pathLimitations.isEmpty)
    model.wrapObjects[2].shape = .torus(innerRadius: 0.02, outerRadius: 0.005)
    #expect(
      LimbModel(model).pathLimitations
        == [.surface(muscle: "BIClong", wrapObject: "BIClonghh")])
    model.wrapObjects[2].isActive = false
    #expect(LimbModel(model).pathLimitations.isEmpty)
  }

  @Test func evaluationAllocatesNothing() throws {
    let limb = LimbModel(try arm26WithWraps())
    let parameters = limb.nominalParameters
    var state = LimbState(limb)
    let zeros = [0.0, 0.0]
    let activations = Array(repeating: 0.1, count: limb.muscleCount)
    // both surfaces of the triceps and the ellipsoid of the biceps are touched
    for q in [[1.9, 0.5], [-0.5, 1.5], [0.55, 0.2]] {
      for round in 0..<2 {
        let count = allocations {
          limb.evaluate(
            q: q, u: zeros, activations: activations, torque: zeros, payloadMass: 0,
            parameters: parameters, state: &state, tendonStates: activations)
        }
        if round > 0 { #expect(count == 0, "\(q)") }
      }
    }
  }

  /// The 80-muscle model against OpenSim: three hips' worth of cylinders, moving points, couplings.
  @Test(.enabled(if: hasSharedData, "the 80-muscle model is not there"))
  func fullBodyPathsAreOpenSims() throws {
    let model = try OpenSimReader.read(
      path: sharedData.appendingPathComponent(
        "recordings/walk_rajagopal/subject_walk_scaled.osim"
      ).path)
    var posed = Posed(LimbModel(model))
    let golden =
      repository
      .appendingPathComponent("Tests/interop/osim/walk_paths.csv")
    let lines = try String(contentsOf: golden, encoding: .utf8).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }.dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    func values(_ text: String) -> [String: Double] {
      var values: [String: Double] = [:]
      for entry in text.split(separator: " ") {
        let parts = entry.split(separator: "=")
        values[String(parts[0])] = Double(String(parts[1]))
      }
      return values
    }
    let names = posed.limb.skeleton.coordinateNames
    for poseLine in lines where poseLine[1] == "pose" {
      let pose = values(poseLine[4])
      posed.pose(names.map { pose[$0] ?? 0 })
      for line in lines where line[0] == poseLine[0] && line[1] != "pose" {
        let muscle = try #require(model.muscles.firstIndex { $0.name == line[1] })
        let length = try #require(Double(line[2]))
        let difference = posed.state.length[muscle] - length
        let place = "\(line[1]), pose \(line[0])"
        // OpenSim states 0.7 to 3.4 mm less than the sum over its own points for this muscle
        if line[1].hasPrefix("gaslat") {
          #expect(abs(difference) < 4e-3, "\(place)")
          continue
        }
        let hasWraps = !model.muscles[muscle].wraps.isEmpty
        // OpenSim's tangent points over a cylinder are near those of the shortest path, so it is longer
        #expect(difference < (hasWraps ? 1e-4 : 1e-9), "\(place)")
        #expect(difference > (hasWraps ? -3e-4 : -1e-9), "\(place)")
        let arms = values(line[4])
        for (coordinate, name) in names.enumerated() where !name.hasPrefix("pelvis") {
          let arm = posed.arm(muscle, coordinate)
          #expect(
            abs(arm - (arms[name] ?? 0)) < (hasWraps ? 2e-3 : 1e-8), "\(place), \(name) \(arm)")
        }
      }
    }
  }
}
