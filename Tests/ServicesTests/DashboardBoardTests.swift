import Testing

@testable import Services

@Suite struct DashboardBoardTests {
  @Test func whoTakesNothingIsSeenAndCostsNobodyElseAMessage() throws {
    let board = DashboardBoard()
    let reader = try #require(board.enter())
    let sleeper = try #require(board.enter())
    for turn in 0..<300 {
      board.post("\(turn)")
      #expect(board.messages(for: reader) == ["\(turn)"])
    }
    var audience = board.audience
    #expect(audience.clients == 2 && audience.behind == 1)
    #expect(audience.missed == 300 - DashboardBoard.capacity)
    // what it finds when it wakes is what is still here
    #expect(board.messages(for: sleeper).first == "\(300 - DashboardBoard.capacity)")
    audience = board.audience
    #expect(audience.behind == 0 && audience.missed == 300 - DashboardBoard.capacity)
    board.leave(sleeper)
    board.leave(sleeper)
    #expect(board.audience.clients == 1)
  }

  @Test func whoLeavesAsleepStaysCounted() throws {
    let board = DashboardBoard()
    let sleeper = try #require(board.enter())
    for turn in 0..<200 { board.post("\(turn)") }
    board.leave(sleeper)
    #expect(board.audience.clients == 0 && board.audience.behind == 0)
    #expect(board.audience.missed == 200 - DashboardBoard.capacity)
    for _ in 0..<DashboardBoard.clientLimit { #expect(board.enter() != nil) }
    #expect(board.enter() == nil)
  }
}
