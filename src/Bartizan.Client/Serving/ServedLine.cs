namespace Bartizan.Client.Serving;

/// <summary>One gateway that is open.</summary>
/// <param name="Agent">The agent, with its version.</param>
/// <param name="Url">Where callers reach it.</param>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Sessions">Users' sessions now.</param>
/// <param name="Since">Since when.</param>
public sealed record ServedLine(string Agent, string Url, string Manifest, int Sessions, DateTimeOffset Since);
