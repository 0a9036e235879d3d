using System.Collections.Immutable;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Stores;

/// <summary>Under which terms a version of a credential is lent. They are sealed with it: who changes them has no credential.</summary>
public sealed record VaultTerms
{
    /// <summary>No terms.</summary>
    public static VaultTerms Open { get; } = new();

    /// <summary>The most agents that are named one by one.</summary>
    private const int MaxAgents = 64;

    /// <summary>The longest grace, and time between rotations: ten years.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(3650);

    /// <summary>The agents that may be lent it, by name; empty for any.</summary>
    public ImmutableArray<string> Agents { get; init; } = [];

    /// <summary>From when on it isn't lent any more.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How often it is to be rotated; null for no reminder.</summary>
    public TimeSpan? RotateEvery { get; init; }

    /// <summary>True when an agent may be lent it.</summary>
    public bool Names(string agent) => Agents.IsEmpty || Agents.Contains(agent, StringComparer.Ordinal);

    internal void Check()
    {
        if (RotateEvery is { } every && (every < TimeSpan.FromSeconds(1) || every > Longest))
        {
            throw new VaultRefusedException("that is no time to rotate by", $"1s to {Longest.TotalDays}d");
        }

        if (Agents.Length > MaxAgents)
        {
            throw new VaultRefusedException($"at most {MaxAgents} agents are named", "leave them out, or take fewer");
        }
    }

    internal void Write(FieldWriter to)
    {
        to.Time(Expires).Long(RotateEvery is { } every ? (long)every.TotalSeconds : 0).Whole((uint)Agents.Length);
        foreach (var agent in Agents)
        {
            to.Text(agent);
        }
    }

    internal static VaultTerms Read(ref FieldReader from)
    {
        var expires = from.Time();
        var every = from.Long();
        var count = from.Whole();
        var agents = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < count; i++)
        {
            agents.Add(from.Text());
        }

        return new VaultTerms
        {
            Expires = expires,
            RotateEvery = every == 0 ? null : TimeSpan.FromSeconds(every),
            Agents = agents.ToImmutable(),
        };
    }
}
