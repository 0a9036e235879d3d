namespace Bartizan.Client.Erasures;

/// <summary>An erasure, a hold, or an answer to one that was asked for.</summary>
public sealed record ErasureRequest
{
    /// <summary>What is asked.</summary>
    public required ErasureVerb Verb { get; init; }

    /// <summary>A session.</summary>
    public string? Session { get; init; }

    /// <summary>A person, for every session that they started.</summary>
    public string? Person { get; init; }

    /// <summary>An end user, in their issuer's words: every session that acted for them, and who they are.</summary>
    public string? User { get; init; }

    /// <summary>The issuer, where several know such a user.</summary>
    public string? Issuer { get; init; }

    /// <summary>The record prints no user.</summary>
    public override string ToString() => $"{Verb} {Id}";

    /// <summary>The legal basis or reason.</summary>
    public string? Why { get; init; }

    /// <summary>The request that is approved or withdrawn.</summary>
    public string? Id { get; init; }
}
