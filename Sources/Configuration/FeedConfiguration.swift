/// What the controller feed of a session says, to whom and within which limits.
public struct FeedConfiguration: Hashable, Sendable {
  /// What the muscles' slots hold.
  public enum MuscleQuantity: String, Hashable, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// Tendon forces.
    case forces
    /// Activations.
    case activations
  }

  /// The least that must be known of the scale of forces before parameters are fed.
  public enum Scale: String, Hashable, Sendable, CaseIterable {
    /// An anchor fixes it.
    case newtons
    /// The prior on mass limits it.
    case priorLimited = "prior-limited"
    /// Only ratios mean anything.
    case ratiosOnly = "ratios-only"
  }

  /// Where datagrams go.
  public struct Datagrams: Hashable, Sendable {
    /// IPv4 address of a host or a multicast group.
    public var address: String
    /// Port of states, and of parameters when they have none of their own.
    public var port: Int
    /// Port of parameters; nil is that of states.
    public var parametersPort: Int?
    /// Own address whose interface multicast takes.
    public var interface: String?
    /// Routers that multicast may pass [1].
    public var hops = 1

    /// Datagrams to `address`.
    public init(address: String, port: Int) {
      self.address = address
      self.port = port
    }
  }

  /// How a worn device's controller tells its torque.
  public struct Interaction: Hashable, Sendable {
    /// Port on which datagrams are heard; nil hears none.
    public var port: Int?
    /// Own address that they are heard on; nil is all.
    public var address: String?
    /// Name of the shared memory that the controller writes; nil is none.
    public var sharedMemory: String?
    /// The file with the key, 32 hexadecimal digits.
    public var keyFile: String
    /// Largest torque that is believed [N·m].
    public var limit: Double
    /// How long a torque holds without the next [s].
    public var life = 0.05
    /// Standard deviation of the torque's gain [1].
    public var gainDeviation = 0.05
  }

  /// A coordinate that is fed.
  public struct Coordinate: Hashable, Sendable {
    /// The coordinate (index into the model's coordinates).
    public var coordinate: Int
    /// Largest torque either way [N·m].
    public var torqueLimit: Double
  }

  /// The coordinates that are fed, in file order.
  public var coordinates: [Coordinate]
  /// The unknowns that are fed (indices into the session's unknowns, ascending).
  public var parameters: [Int] = []
  /// What the muscles' slots hold.
  public var muscles = MuscleQuantity.none
  /// Time in which a torque may grow from zero to its limit [s].
  public var torqueRise = 0.1
  /// Time in which torque goes to zero when something is missing [s].
  public var fade = 0.15
  /// Age of a sample at which torque is zero [s].
  public var maximumAge = 0.25
  /// Time without a reason to hold after which torque comes back [s].
  public var recovery = 0.2
  /// Time of holding after which an armed feed disarms itself [s].
  public var holdLimit = 1.0
  /// Largest standard deviation of a torque, as a share of its limit [1].
  public var torqueDeviation = 0.5
  /// Time without a finished estimate after which the estimator counts as stalled [s].
  public var estimatorTimeout = 10.0
  /// Estimates refused in a row after which torque is held [1].
  public var refusals = 3
  /// What a parameter may change by in a second, in widths of its bounds [1/s].
  public var parameterRate = 0.1
  /// The least that must be known of the scale of forces.
  public var scale = Scale.priorLimited
  /// Largest standard deviation over value of a factor that counts as sure [1].
  public var relativeDeviation = 0.25
  /// The longest time from one state message to the next [s].
  public var statePeriod = 0.005
  /// The longest time from one parameters message to the next [s].
  public var parametersPeriod = 0.1
  /// Name of the shared memory; nil makes none.
  public var sharedMemory: String?
  /// Name of the ring in shared memory that holds raw samples and frames for bridges; nil makes none.
  public var monitor: String?
  /// Who may read it besides the owner; nil is the process's own group.
  public var group: String?
  /// Where datagrams go; nil sends none.
  public var datagrams: Datagrams?
  /// Age from which a calibration is too old to arm with [s].
  public var calibrationAge = 86_400.0 * 7
  /// Free space below which a recording is too near its end to arm [bytes].
  public var freeSpace = 1 << 30
  /// True when the subject wears a device that gives torque.
  public var isExoskeletonWorn = false
  /// How it tells its torque; nil when it does not.
  public var interaction: Interaction?

  /// A feed of these coordinates with the documented defaults.
  public init(coordinates: [Coordinate]) {
    self.coordinates = coordinates
  }

  /// The most parameters that fit one message [1].
  public static let parameterSlots = 48
  /// The most coordinates that fit one message [1].
  public static let coordinateSlots = 8
  /// The most muscles that fit one message [1].
  public static let muscleSlots = 24
}
