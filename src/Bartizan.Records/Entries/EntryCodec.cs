using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;

namespace Bartizan.Records.Entries;

/// <summary>
/// An entry as a leaf: canonical JSON (RFC 8785), at most 65,535 bytes. The same entry is always the same bytes, so that who has
/// the entry can compute its hash. Its member <c>v</c> is the lowest version of the format that knows all that the entry holds: an
/// entry that needs nothing newer is written as it always was.
/// </summary>
public static class EntryCodec
{
    /// <summary>
    /// The newest version of the leaf's format: 2 brought <c>verdict</c>, <c>parent</c>, <c>lost</c>, heartbeats, claims, and <c>action</c>
    /// outside approvals; 3 brought <c>spend</c>, and in <c>usage</c> the tokens of a provider's cache; 4 brought findings; 5 the vault's
    /// entries; 6 what was seen inside sandboxes.
    /// </summary>
    public const int Version = 6;

    // Texts are cut at the first of these lengths with which the entry fits a leaf. The first is far above any real target;
    // with the last even the worst of entries does (six bytes a character, every list full: 57 KiB).
    private static readonly int[] s_textLengths = [8192, 2048, 512];

    // Lists beyond these are cut: the decision's first rules are those that decided.
    private const int MaxRules = 8;
    private const int MaxToolCalls = 32;

    // Shares of the text bound: names are shorter than reasons.
    private const int NameShare = 4;
    private const int WordShare = 8;

    /// <summary>Payloads of one entry; more is a mistake of the enforcement point.</summary>
    public const int MaxPayloads = 16;

    /// <summary>Writes the leaf and returns its length.</summary>
    public static int Encode(Entry entry, in EntryStamp stamp, ReadOnlySpan<PayloadReference> payloads, Span<byte> leaf)
    {
        ArgumentNullException.ThrowIfNull(entry);
        foreach (var textLength in s_textLengths)
        {
            var length = TryEncode(entry, stamp, payloads, leaf, textLength);
            if (length > 0)
            {
                return length;
            }
        }

        throw new InvalidOperationException("an entry doesn't fit into a leaf");
    }

    /// <summary>The lowest version of the format that knows all that an entry holds.</summary>
    public static int VersionOf(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Kind == EntryKind.Seen)
        {
            return 6;
        }

        if (entry.Kind == EntryKind.Vault)
        {
            return 5;
        }

        if (entry.Kind == EntryKind.Finding)
        {
            return 4;
        }

        if (entry.Spend is not null || entry.Usage is { CacheReadTokens: > 0 } or { CacheWriteTokens: > 0 })
        {
            return 3;
        }

        return
            entry.Verdict is not null
            || entry.Parent != default
            || entry.Lost != 0
            || entry.Kind is EntryKind.Heartbeat or EntryKind.Claim
            || (entry.Action != default && entry.Kind != EntryKind.Approval)
            ? 2
            : 1;
    }

    private static int TryEncode(
        Entry entry,
        in EntryStamp stamp,
        ReadOnlySpan<PayloadReference> payloads,
        Span<byte> leaf,
        int maxTextLength
    )
    {
        var writer = new CanonicalWriter(leaf, maxTextLength);
        writer.Open((byte)'{');
        writer.Member("action"u8, entry.Action.ToString());
        writer.Member("agent"u8, entry.Agent, NameShare);
        if (entry.Count != 1)
        {
            writer.Member("count"u8, entry.Count);
        }

        writer.Member("credential"u8, entry.Credential, NameShare);
        writer.Member("detail"u8, entry.Detail);
        if (entry.Effect is { } effect)
        {
            writer.Member("effect"u8, EntryNames<Effect>.Of(effect));
        }

        writer.Member("emitter"u8, stamp.Emitter, NameShare);
        writer.Member("kind"u8, EntryNames<EntryKind>.Of(entry.Kind));
        WriteLabels(ref writer, entry.Labels);
        if (entry.Lost != 0)
        {
            writer.Member("lost"u8, entry.Lost);
        }

        writer.Member("mono"u8, stamp.Sequence);
        writer.Member("needed"u8, entry.Needed, NameShare);
        if (entry.Observed)
        {
            writer.Name("observed"u8);
            writer.True();
        }

        if (entry.Outcome is { } outcome)
        {
            writer.Member("outcome"u8, EntryNames<OutcomeKind>.Of(outcome));
        }

        writer.Member("parent"u8, entry.Parent.ToString());
        if (entry.Passage != 0)
        {
            writer.Member("passage"u8, entry.Passage);
        }

        WritePayloads(ref writer, payloads);
        writer.Member("person"u8, entry.Person, NameShare);
        writer.Member("point"u8, entry.Point, NameShare);
        writer.Member("policy"u8, entry.Policy.ToString());
        if (stamp.Previous is { } previous)
        {
            writer.Member("prev"u8, previous);
        }

        writer.Member("reason"u8, entry.Reason);
        WriteRules(ref writer, entry.Rules);
        writer.Member("session"u8, entry.Session.ToString());
        WriteSpend(ref writer, entry.Spend);
        writer.Member("target"u8, entry.Target);
        writer.Name("time"u8);
        writer.Time(stamp.Time);
        WriteToolCalls(ref writer, entry.ToolCalls);
        WriteUsage(ref writer, entry.Usage);
        writer.Member("v"u8, VersionOf(entry));
        if (entry.Verb != Verb.Unknown)
        {
            writer.Member("verb"u8, EntryNames<Verb>.Of(entry.Verb));
        }

        if (entry.Verdict is { } verdict)
        {
            writer.Member("verdict"u8, EntryNames<Effect>.Of(verdict));
        }

        writer.Close((byte)'}');
        return writer.Overflowed ? 0 : writer.Length;
    }

    private static void WriteLabels(ref CanonicalWriter writer, Labels labels)
    {
        if (labels == Labels.None)
        {
            return;
        }

        writer.Name("labels"u8);
        writer.Open((byte)'[');
        foreach (var label in (ReadOnlySpan<Labels>)[Labels.Untrusted, Labels.Private, Labels.Secret])
        {
            if (labels.HasFlag(label))
            {
                writer.Next();
                writer.Text(EntryNames<Labels>.Of(label));
            }
        }

        writer.Close((byte)']');
    }

    private static void WritePayloads(ref CanonicalWriter writer, ReadOnlySpan<PayloadReference> payloads)
    {
        if (payloads.IsEmpty)
        {
            return;
        }

        writer.Name("payloads"u8);
        writer.Open((byte)'[');
        foreach (var payload in payloads)
        {
            writer.Next();
            writer.Open((byte)'{');
            writer.Member("commit"u8, payload.Commitment.ToString());
            if (payload.Kept != payload.Size)
            {
                writer.Member("kept"u8, payload.Kept);
            }

            writer.Member("media"u8, payload.MediaType, WordShare);
            writer.Member("ref"u8, payload.Reference);
            writer.Member("role"u8, payload.Role, WordShare);
            writer.Member("size"u8, payload.Size);
            writer.Close((byte)'}');
        }

        writer.Close((byte)']');
    }

    private static void WriteRules(ref CanonicalWriter writer, ImmutableArray<RuleReference> rules)
    {
        if (rules.IsDefaultOrEmpty)
        {
            return;
        }

        writer.Name("rules"u8);
        writer.Open((byte)'[');
        for (var i = 0; i < Math.Min(rules.Length, MaxRules); i++)
        {
            writer.Next();
            writer.Open((byte)'{');
            writer.Member("layer"u8, rules[i].Layer, WordShare);
            writer.Member("place"u8, rules[i].Place, NameShare);
            writer.Member("text"u8, rules[i].Text, NameShare);
            writer.Close((byte)'}');
        }

        writer.Close((byte)']');
    }

    private static void WriteToolCalls(ref CanonicalWriter writer, ImmutableArray<string> names)
    {
        if (names.IsDefaultOrEmpty)
        {
            return;
        }

        writer.Name("tool_calls"u8);
        writer.Open((byte)'[');
        for (var i = 0; i < Math.Min(names.Length, MaxToolCalls); i++)
        {
            writer.Next();
            writer.Text(names[i], WordShare);
        }

        writer.Close((byte)']');
    }

    private static void WriteSpend(ref CanonicalWriter writer, Spend? spend)
    {
        if (spend is null)
        {
            return;
        }

        writer.Name("spend"u8);
        writer.Open((byte)'{');
        Count(ref writer, "bytes"u8, spend.Bytes);
        if (spend.Day is { } day)
        {
            writer.Member("day"u8, day.ToString("O", CultureInfo.InvariantCulture));
        }

        Count(ref writer, "micro_usd"u8, spend.MicroDollars);
        writer.Member("team"u8, string.IsNullOrEmpty(spend.Team) ? null : spend.Team, NameShare);
        Count(ref writer, "tokens"u8, spend.Tokens);
        writer.Close((byte)'}');
    }

    private static void WriteUsage(ref CanonicalWriter writer, Usage? usage)
    {
        if (usage is null)
        {
            return;
        }

        writer.Name("usage"u8);
        writer.Open((byte)'{');
        Count(ref writer, "bytes_in"u8, usage.BytesIn);
        Count(ref writer, "bytes_out"u8, usage.BytesOut);
        Count(ref writer, "cache_read_tokens"u8, usage.CacheReadTokens);
        Count(ref writer, "cache_write_tokens"u8, usage.CacheWriteTokens);
        Count(ref writer, "input_tokens"u8, usage.InputTokens);
        if (usage.Milliseconds > 0)
        {
            // Microseconds are as fine as a network is; rounding keeps the number short and without an exponent.
            writer.Name("milliseconds"u8);
            writer.Number(Math.Round(usage.Milliseconds, 3));
        }

        Count(ref writer, "output_tokens"u8, usage.OutputTokens);
        writer.Close((byte)'}');
    }

    private static void Count(ref CanonicalWriter writer, ReadOnlySpan<byte> name, long value)
    {
        if (value != 0)
        {
            writer.Member(name, value);
        }
    }
}
