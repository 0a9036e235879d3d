using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Policies;

/// <summary>
/// Reads a question as people and scripts write it: <c>{"action": "tool github/get_issue", "args": {…}, "user": "…",
/// "labels": ["untrusted"], "time": "2026-11-21T09:00:00Z"}</c>. What can be read in two ways is refused.
/// </summary>
public static class QuestionReader
{
    /// <summary>Longer than any action that an enforcement point sends; a script's mistake shall not fill memory.</summary>
    public const int MaxBytes = 1 << 20;

    private static readonly string[] s_members = ["action", "args", "user", "labels", "time"];

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads one JSON value of UTF-8; the problem is one sentence without a full stop.</summary>
    /// <param name="json">The text.</param>
    /// <param name="extra">A member that the caller reads itself (<c>id</c>); null for none.</param>
    /// <param name="root">The value, when it is JSON.</param>
    /// <param name="question">The question.</param>
    /// <param name="problem">What is wrong.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> json,
        string? extra,
        out JsonElement root,
        out Question question,
        out string problem
    )
    {
        root = default;
        question = null!;
        if (json.Length > MaxBytes)
        {
            problem = $"the question is longer than {MaxBytes} bytes";
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(json, s_strict);
            root = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            problem = "this is not one JSON object with each name once";
            return false;
        }

        return TryRead(root, extra, out question, out problem);
    }

    /// <summary>Reads a question that was parsed already, by a reader that refuses names that stand twice.</summary>
    public static bool TryRead(JsonElement root, string? extra, out Question question, out string problem)
    {
        question = null!;
        if (root.ValueKind != JsonValueKind.Object)
        {
            problem = "a question is a JSON object";
            return false;
        }

        foreach (var member in root.EnumerateObject())
        {
            if (
                !s_members.Contains(member.Name, StringComparer.Ordinal)
                && !string.Equals(member.Name, extra, StringComparison.Ordinal)
            )
            {
                var near = NearestWord.Find(member.Name, s_members);
                problem =
                    $"a question has no `{Policy.Shown(member.Name)}`"
                    + (near is null ? $"; it has {string.Join(", ", s_members)}" : $"; did you mean `{near}`?");
                return false;
            }
        }

        if (!root.TryGetProperty("action", out var action) || action.ValueKind != JsonValueKind.String)
        {
            problem = "a question needs `action`, a text such as `tool github/get_issue`";
            return false;
        }

        return TryTarget(action.GetString()!, out var target, out problem)
            && TryCircumstances(root, new Question { Target = target }, out question, out problem);
    }

    /// <summary>Reads <c>verb target</c>.</summary>
    public static bool TryTarget(string action, out ActionTarget target, out string problem)
    {
        ArgumentNullException.ThrowIfNull(action);
        target = null!;
        var space = action.IndexOf(' ', StringComparison.Ordinal);
        var word = space < 0 ? action : action[..space];
        var verb = Enum.GetValues<Verb>()
            .FirstOrDefault(v => string.Equals(v.ToString().ToLowerInvariant(), word, StringComparison.Ordinal));
        if (verb == Verb.Unknown)
        {
            problem =
                $"`{Policy.Shown(word)}` is no verb; the verbs are "
                + string.Join(
                    ", ",
                    Enum.GetValues<Verb>().Where(v => v != Verb.Unknown).Select(v => v.ToString().ToLowerInvariant())
                );
            return false;
        }

        var text = space < 0 ? "" : action[(space + 1)..];
        if (TargetReader.TryRead(verb, text, out target, out var why))
        {
            problem = "";
            return true;
        }

        problem = $"`{Policy.Shown(text)}` {why}";
        return false;
    }

    private static bool TryCircumstances(JsonElement root, Question asked, out Question question, out string problem)
    {
        question = asked;
        problem = "";
        if (root.TryGetProperty("args", out var arguments))
        {
            if (arguments.ValueKind != JsonValueKind.Object)
            {
                problem = "`args` is an object: the arguments by their names";
                return false;
            }

            question = question with { Arguments = arguments.Clone() };
        }

        if (root.TryGetProperty("user", out var user))
        {
            if (user.ValueKind != JsonValueKind.String)
            {
                problem = "`user` is a text: the person's name as the manifest's groups write it";
                return false;
            }

            question = question with { Person = user.GetString() };
        }

        if (root.TryGetProperty("labels", out var labels))
        {
            if (!TryLabels(labels, out var read))
            {
                problem =
                    "`labels` is a list of `untrusted`, `private`, `secret`; the empty list says that there are none";
                return false;
            }

            question = question with { Labels = read };
        }

        if (root.TryGetProperty("time", out var time))
        {
            if (time.ValueKind != JsonValueKind.String || !TryTime(time.GetString()!, out var read))
            {
                problem = "`time` is an RFC 3339 time with its offset, such as `2026-11-21T09:00:00Z`";
                return false;
            }

            question = question with { Time = read };
        }

        return true;
    }

    private static bool TryTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(
            text,
            ["yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out time
        ) && (text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-'));

    private static bool TryLabels(JsonElement list, out Labels labels)
    {
        labels = Labels.None;
        if (list.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        foreach (var item in list.EnumerateArray())
        {
            Labels? label =
                item.ValueKind != JsonValueKind.String ? null
                : item.ValueEquals("untrusted"u8) ? Labels.Untrusted
                : item.ValueEquals("private"u8) ? Labels.Private
                : item.ValueEquals("secret"u8) ? Labels.Secret
                : null;
            if (label is not { } known)
            {
                return false;
            }

            labels |= known;
        }

        return true;
    }
}
