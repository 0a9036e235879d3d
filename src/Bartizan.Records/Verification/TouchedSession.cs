using Bartizan.Core.Sessions;

namespace Bartizan.Records.Verification;

/// <summary>A session that the damage of a log touches, as what is left of the record says.</summary>
/// <param name="Session">The session.</param>
/// <param name="Index">Its entry that is missing or was changed; null when only the session is known.</param>
/// <param name="Text">One sentence for people: how it is known.</param>
public sealed record TouchedSession(SessionId Session, long? Index, string Text);
