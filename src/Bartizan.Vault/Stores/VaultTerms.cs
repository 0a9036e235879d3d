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

    /// <summary>The most hosts that are named one by one.</summary>
    private const int MaxHosts = 64;

    // INVARIANT: terms without hosts are written as they were before there were any: a file of then opens now.
    private const uint WithHosts = 1u << 31;

    /// <summary>The longest grace, and time between rotations: ten years.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(3650);

    /// <summary>The agents that may be lent it, by name; empty for any.</summary>
    public ImmutableArray<string> Agents { get; init; } = [];

    /// <summary>The hosts, each with its port, that it may be sent to; empty for any.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>From when on it isn't lent any more.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How often it is to be rotated; null for no reminder.</summary>
    public TimeSpan? RotateEvery { get; init; }

    /// <summary>True when an agent may be lent it.</summary>
    public bool Names(string agent) => Agents.IsEmpty || Agents.Contains(agent, StringComparer.Ordinal);

    /// <summary>True when it may be sent to an address; null is a process, which could send it anywhere.</summary>
    public bool Reaches(Uri? to) => Hosts.IsEmpty || (to is not null && VaultHost.Names(Hosts, to));

    internal void Check()
    {
        if (RotateEvery is { } every && (every < TimeSpan.FromSeconds(1) || every > Longest))
        {
            throw new VaultRefusedException("that is no time to rotate by", $"1s to {Longest.TotalDays}d");
        }

        if (Hosts.Length > MaxHosts)
        {
            throw new VaultRefusedException($"at most {MaxHosts} hosts are named", "leave them out, or take fewer");
        }

        if (Hosts.FirstOrDefault(h => VaultHost.Read(h) != h) is { } wrong)
        {
            throw new VaultRefusedException($"`{wrong}` is no host", "`api.example.com`, or with its port");
        }

        if (Agents.Length > MaxAgents)
        {
            throw new VaultRefusedException($"at most {MaxAgents} agents are named", "leave them out, or take fewer");
        }
    }

    internal void Write(FieldWriter to)
    {
        to.Time(Expires)
            .Long(RotateEvery is { } every ? (long)every.TotalSeconds : 0)
            .Whole((uint)Agents.Length | (Hosts.IsEmpty ? 0 : WithHosts));
        foreach (var agent in Agents)
        {
            to.Text(agent);
        }

        if (!Hosts.IsEmpty)
        {
            to.Whole((uint)Hosts.Length);
            foreach (var host in Hosts)
            {
                to.Text(host);
            }
        }
    }

    internal static VaultTerms Read(ref FieldReader from)
    {
        var expires = from.Time();
        var every = from.Long();
        var count = from.Whole();
        var agents = Texts(ref from, count & ~WithHosts);
        ImmutableArray<string> hosts = (count & WithHosts) == 0 ? [] : Texts(ref from, from.Whole());
        if ((count & WithHosts) != 0 && hosts.IsEmpty)
        {
            throw new InvalidDataException("terms say hosts and name none");
        }

        return new VaultTerms
        {
            Expires = expires,
            RotateEvery = every == 0 ? null : TimeSpan.FromSeconds(every),
            Agents = agents,
            Hosts = hosts,
        };
    }

    internal static void Skip(ref FieldReader from)
    {
        from.Raw(2 * sizeof(long)); // the end and the reminder
        var count = from.Whole();
        SkipTexts(ref from, count & ~WithHosts);
        if ((count & WithHosts) != 0)
        {
            SkipTexts(ref from, from.Whole());
        }
    }

    private static void SkipTexts(ref FieldReader from, uint count)
    {
        for (var i = 0u; i < count; i++)
        {
            from.Bytes();
        }
    }

    private static ImmutableArray<string> Texts(ref FieldReader from, uint count)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        for (var i = 0u; i < count; i++)
        {
            texts.Add(from.Text());
        }

        return texts.ToImmutable();
    }
}
