using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Approvals;

/// <summary>
/// Content that guards ask people about. INVARIANT: the digest of what is asked covers all of it: every byte of an answer, what each guard
/// came to, and what was shown of it. A yes to anything else is none to this.
/// </summary>
public sealed record HeldContent
{
    private HeldContent(bool isAnswer, ReadOnlyMemory<byte> answer, GuardReport report)
    {
        IsAnswer = isAnswer;
        Content = Digest.Of(answer.Span);
        Length = answer.Length;
        Shown = isAnswer ? $"{ActionText.Sized(answer.Span)}: {ActionText.Content(answer.Span)}" : "";
        Labels = report.Labels;
        Findings = report.Findings;
        Finds = report.Finds;
        Found = report.Found;
        IsForSession = !report.Pieces.IsDefaultOrEmpty;
        Digest = Digest.Of(Encoding.UTF8.GetBytes(Canonical()));
    }

    /// <summary>True for what came back for an action that was carried out; false for what an action carries.</summary>
    public bool IsAnswer { get; }

    /// <summary>The digest of the answer, whole, as it would pass.</summary>
    public Digest Content { get; }

    /// <summary>How many bytes it has.</summary>
    public int Length { get; }

    /// <summary>
    /// What people are shown of an answer; empty for what an action carries, which stands in the action itself. INVARIANT: made
    /// at once: the bytes are a buffer's, and by the time that somebody reads this they may be another session's.
    /// </summary>
    public string Shown { get; }

    /// <summary>What it leaves on its session.</summary>
    public Labels Labels { get; }

    /// <summary>What each guard that asks came to.</summary>
    public ImmutableArray<string> Findings { get; }

    /// <summary>Places in it, the first of them.</summary>
    public ImmutableArray<GuardFind> Finds { get; }

    /// <summary>How many there are in all.</summary>
    public int Found { get; }

    /// <summary>True where what people say of it may be remembered for later turns of the session.</summary>
    public bool IsForSession { get; }

    /// <summary>Covers all of it.</summary>
    public Digest Digest { get; }

    /// <summary>An answer that is held.</summary>
    public static HeldContent OfAnswer(ReadOnlyMemory<byte> answer, GuardReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new HeldContent(true, answer, report);
    }

    /// <summary>An action with what guards ask of what it carries; the action as it is where none asks.</summary>
    public static AgentAction In(AgentAction action, GuardReport report)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(report);
        return report.Strictest == Effect.Ask ? action with { Held = new HeldContent(false, default, report) } : action;
    }

    /// <summary>The findings in one line, without any of the content.</summary>
    public string Named => Findings.IsDefaultOrEmpty ? "a guard asks" : string.Join("; ", Findings);

    /// <inheritdoc/>
    public bool Equals(HeldContent? other) => other is not null && Digest == other.Digest;

    /// <inheritdoc/>
    public override int GetHashCode() => Digest.GetHashCode();

    // Each text after its length, each list after its count: no two contents write the same.
    private string Canonical()
    {
        var text = new StringBuilder();
        Add(text, IsAnswer ? "answer" : "request");
        Add(text, Content.ToString());
        Add(text, Number(Findings.Length));
        foreach (var finding in Findings)
        {
            Add(text, finding);
        }

        Add(text, Number(Found));
        foreach (var find in Finds)
        {
            Add(text, find.Guard);
            Add(text, find.Kind);
            Add(text, Number(find.Start));
            Add(text, Number(find.End));
            Add(text, Number(find.Length));

            // A piece of a text may begin or end within a character: never through a lossy encoding.
            Add(text, Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(find.Excerpt.AsSpan())));
        }

        return text.ToString();
    }

    private static void Add(StringBuilder to, string text) =>
        to.Append(CultureInfo.InvariantCulture, $"{text.Length}:{text},");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
