using Bartizan.Core.Sessions;

namespace Bartizan.Records.Journals;

/// <summary>A session whose last state in the log isn't <c>ended</c>.</summary>
/// <param name="Id">The session.</param>
/// <param name="Agent">Its agent.</param>
/// <param name="Person">Who started it.</param>
/// <param name="State">Its last state, as the entry has it.</param>
/// <param name="LastIndex">Its last entry.</param>
public sealed record LiveSession(SessionId Id, string? Agent, string? Person, string? State, long LastIndex);
