using Bartizan.Core.Sessions;

namespace Bartizan.Records.Verification;

/// <summary>What an entry says that isn't so.</summary>
/// <param name="Index">The entry.</param>
/// <param name="Session">Its session; default for one of the instance.</param>
/// <param name="Text">One sentence for people.</param>
public sealed record RecordFault(long Index, SessionId Session, string Text);
