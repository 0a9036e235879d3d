using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Core.Approvals;

/// <summary>One action as a person reads it before they answer; rendered once, shown everywhere. See <see cref="ShownText"/>.</summary>
/// <param name="Title">Verb and target.</param>
/// <param name="Details">Its arguments, value by value, and its payloads.</param>
public sealed record ActionText(string Title, ImmutableArray<string> Details)
{
    /// <summary>Values of one action that are shown one by one; of the rest the number, the size and the digest.</summary>
    public const int MaxValues = 64;

    private const int DigestDigits = 16;

    // A value deeper than JSON readers go is none: whoever parsed the arguments refused it.
    private const int MaxDepth = 64;

    /// <summary>Renders an action.</summary>
    public static ActionText Of(AgentAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var values = new List<string>();
        if (action.Arguments.ValueKind != JsonValueKind.Undefined)
        {
            Add(values, "args", action.Arguments, 0);
        }

        ImmutableArray<string> shown =
            values.Count <= MaxValues
                ? [.. values]
                :
                [
                    .. values.Take(MaxValues),
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"…and {values.Count - MaxValues:N0} more values; all arguments: {Sized(Encoding.UTF8.GetBytes(action.Arguments.GetRawText()))}"
                    ),
                ];
        var title = $"{action.Target.Verb.ToString().ToLowerInvariant()} {ShownText.Bounded(action.Target.Text)}";
        return action.Held is { } held
            ? new ActionText(
                held.IsAnswer ? $"answer of {title}" : title,
                [.. HeldText.Of(held), .. shown, .. action.Payloads.Select(Line)]
            )
            : new ActionText(title, [.. shown, .. action.Payloads.Select(Line)]);
    }

    private static void Add(List<string> to, string path, JsonElement value, int depth)
    {
        if (depth < MaxDepth && value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Any())
        {
            foreach (var member in value.EnumerateObject())
            {
                Add(to, $"{path}.{ShownText.Bounded(member.Name)}", member.Value, depth + 1);
            }
        }
        else if (depth < MaxDepth && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0)
        {
            var at = 0;
            foreach (var item in value.EnumerateArray())
            {
                Add(to, string.Create(CultureInfo.InvariantCulture, $"{path}[{at++}]"), item, depth + 1);
            }
        }
        else
        {
            to.Add($"{path} = {Shown(value)}");
        }
    }

    // Text in quotes, so that "1" and 1 are told apart; a quote inside it is escaped.
    private static string Shown(JsonElement value) =>
        value.ValueKind == JsonValueKind.String
            ? $"\"{ShownText.Bounded(TextOf(value)).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : ShownText.Bounded(value.GetRawText());

    // A lone surrogate is no text to the reader of JSON: it is shown as it was escaped.
    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return value.GetRawText();
        }
    }

    private static string Line(Payload payload) =>
        $"{ShownText.Bounded(payload.Role)}: {ShownText.Bounded(payload.MediaType)}, {Sized(payload.Content.Span)}: {Content(payload.Content.Span)}";

    /// <summary>Bytes as people are shown them: the text that they are, bounded, or that they are none.</summary>
    internal static string Content(ReadOnlySpan<byte> content)
    {
        try
        {
            return $"\"{ShownText.Bounded(s_strict.GetString(content)).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        }
        catch (DecoderFallbackException)
        {
            return "bytes that are no text";
        }
    }

    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>How many bytes, and the beginning of their digest.</summary>
    internal static string Sized(ReadOnlySpan<byte> content) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{content.Length:N0} bytes, sha256 {Digest.Of(content).ToString()[..DigestDigits]}"
        );
}
