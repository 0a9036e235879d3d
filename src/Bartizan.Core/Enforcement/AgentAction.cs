using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Bartizan.Core.Approvals;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Core.Shell;

namespace Bartizan.Core.Enforcement;

/// <summary>One attempt of an agent to reach outside, as an enforcement point parsed it from its protocol.</summary>
public sealed record AgentAction
{
    /// <summary>The <see cref="Point"/> of the tool gateway, which gets a tool's answer from its server itself.</summary>
    public const string ToolPoint = "tool";

    /// <summary>The <see cref="Point"/> of the egress proxy, by which everything leaves that opens a host itself.</summary>
    public const string EgressPoint = "egress";

    /// <summary>The session that attempts it; known from the listener, never from what the agent says.</summary>
    public required SessionId Session { get; init; }

    /// <summary>What it reaches for.</summary>
    public required ActionTarget Target { get; init; }

    /// <summary>Which enforcement point asks: <c>model</c>, <c>egress</c>, <c>hook</c>, <c>sandbox</c>.</summary>
    public required string Point { get; init; }

    /// <summary>
    /// What guards read and the log keeps, encrypted: prompt, arguments, query, request body. Whatever an approval has to
    /// cover and the target doesn't say belongs here. May be empty.
    /// </summary>
    public ImmutableArray<Payload> Payloads { get; init; } = [];

    /// <summary>
    /// The arguments of a tool call, as they will be sent, for rules that ask for them; <c>Undefined</c> when it has none.
    /// Whoever parsed them refused what can be read in two ways: duplicate names, more than one value.
    /// </summary>
    public JsonElement Arguments { get; init; }

    /// <summary>
    /// True when what is sent says more than target and arguments: then nobody knows whom it hits, and what comes back may be what it said.
    /// </summary>
    public bool SaysMore { get; init; }

    /// <summary>The query of an http request with its question mark, as it will be sent; null when it isn't known.</summary>
    public string? Query { get; init; }

    /// <summary>What it may spend at most, as far as its enforcement point can tell; null when it spends nothing but a call.</summary>
    public Budgets.SpendEstimate? Estimate { get; init; }

    /// <summary>
    /// The client's tool call that this is, when it comes to more than its target: each of its parts is judged, and the strictest
    /// decision counts. Null for everything else.
    /// </summary>
    public ShellActions? Call { get; init; }

    /// <summary>
    /// Makes this action anew with other arguments, the way its enforcement point would carry it out, or says why not; null where
    /// nothing can be written anew. Whoever sets it carries out <see cref="Passage.Action"/>.
    /// </summary>
    public Func<JsonElement, Redraft>? Redrafted { get; init; }

    /// <summary>
    /// What guards ask people about, beside what the rules ask; null where no guard asks. Only what people are asked has it.
    /// </summary>
    public HeldContent? Held { get; init; }

    /// <summary>What people have answered before of what it carries, for the guards that look at it; null where nobody has.</summary>
    public KnownAnswers? Known { get; init; }

    /// <summary>The id that its caller is told, so that whoever is asked about it finds its entries; null for none.</summary>
    public string? Request { get; init; }

    /// <summary>How long whoever sends it waits for people at most; null for as long as its rules let it.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>
    /// Makes this action anew so that another body is sent than the one that is judged and kept; null where none can be. Whoever sets it
    /// carries out what it was last asked for.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, AgentAction?>? Resent { get; init; }

    /// <summary>This action with another body on its way out, where a guard took something out of it.</summary>
    /// <exception cref="InvalidOperationException">It can't be sent so. INVARIANT: then nothing is sent.</exception>
    internal AgentAction SentAs(ReadOnlyMemory<byte> body) =>
        body.IsEmpty
            ? this
            : Resent?.Invoke(body) ?? throw new InvalidOperationException("what a guard took out can't be left out");

    /// <summary>
    /// The digest that an approval is bound to: session, verb, the target part by part, the arguments
    /// as they will be sent and every payload. Two actions with
    /// one digest are the same act. SHA-256 over: each text as its length and its UTF-16 code units (never a lossy encoding:
    /// lone surrogates would read alike), each list as its length and its items, each payload as role, media type and digest.
    /// </summary>
    public Digest ComputeDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AddText(hash, Session.ToString());
        AddNumber(hash, (int)Target.Verb);
        var parts = Target.Parts;
        AddNumber(hash, parts.Length);
        foreach (var part in parts)
        {
            AddText(hash, part);
        }

        AddText(hash, Arguments.ValueKind == JsonValueKind.Undefined ? "" : Arguments.GetRawText());
        AddNumber(hash, Payloads.Length);
        foreach (var payload in Payloads)
        {
            AddText(hash, payload.Role);
            AddText(hash, payload.MediaType);
            AddText(hash, Digest.Of(payload.Content.Span).ToString());
        }

        // An address is asked for whole: the same path with another query is another act.
        if (Query is { Length: > 0 } query)
        {
            AddText(hash, query);
        }

        // INVARIANT: what a guard asks about is asked by itself: no yes to the same action without it counts.
        if (Held is { } held)
        {
            AddText(hash, "held");
            AddText(hash, held.Digest.ToString());
        }

        return Digest.FromBytes(hash.GetHashAndReset());
    }

    // Every text is preceded by its length and every list by its count, so that no two actions make the same bytes.
    private static void AddText(IncrementalHash hash, string text)
    {
        AddNumber(hash, text.Length);
        hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    private static void AddNumber(IncrementalHash hash, int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
