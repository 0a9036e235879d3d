using System.Collections.Immutable;

namespace Bartizan.Gateway.Databases;

/// <summary>A connection to a server that is ready for statements.</summary>
/// <param name="Wire">The connection.</param>
/// <param name="Settings">What the server said of itself.</param>
/// <param name="CancelKey">What a statement on it is stopped by.</param>
internal sealed record SignedIn(WireStream Wire, ImmutableArray<WireMessage> Settings, byte[] CancelKey);
