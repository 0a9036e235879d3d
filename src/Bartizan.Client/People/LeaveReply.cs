namespace Bartizan.Client.People;

/// <summary>What is left of one's sign-ins.</summary>
/// <param name="Sessions">Those that go on.</param>
/// <param name="Elsewhere">Where one signs out of the organisation's sign-in, too; null when there is no such place.</param>
public sealed record LeaveReply(IReadOnlyList<PersonSessionLine> Sessions, string? Elsewhere);
