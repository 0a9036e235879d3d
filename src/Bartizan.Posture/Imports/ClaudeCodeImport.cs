using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Posture.Imports;

/// <summary>
/// Reads the permissions of a <c>settings.json</c> of Claude Code. Their rules are texts with wildcards, matched against a
/// command's text and against paths relative to four places: each of these is a trap that the import names.
/// </summary>
public static class ClaudeCodeImport
{
    /// <summary>Characters of a settings file. A longer one is refused.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Rules of a settings file. More are refused.</summary>
    public const int MaxRules = 1000;

    private static readonly JsonDocumentOptions _options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>Reads a file; a problem is half a sentence.</summary>
    public static bool TryRead(string text, out ImmutableArray<ImportedRule> rules, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        (rules, problem) = ([], "");
        if (text.Length > MaxLength)
        {
            problem = $"is longer than {MaxLength} characters";
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(text, _options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                problem = "is no JSON object";
                return false;
            }

            rules = [.. Read(document.RootElement).Take(MaxRules + 1)];
        }
        catch (JsonException e)
        {
            problem = $"is no JSON (line {e.LineNumber + 1})";
            return false;
        }

        problem = rules.Length > MaxRules ? $"holds more than {MaxRules} rules" : "";
        return rules.Length <= MaxRules;
    }

    private static IEnumerable<ImportedRule> Read(JsonElement settings)
    {
        if (
            settings.TryGetProperty("permissions", out var permissions)
            && permissions.ValueKind == JsonValueKind.Object
        )
        {
            foreach (var effect in (string[])["deny", "ask", "allow"])
            {
                foreach (var rule in Texts(permissions, effect))
                {
                    yield return ClaudeCodeRule.Read(effect, rule);
                }
            }

            if (permissions.TryGetProperty("defaultMode", out var mode) && mode.ValueKind == JsonValueKind.String)
            {
                yield return new ImportedRule($"defaultMode: {mode.GetString()}")
                {
                    Warnings = ["modes are not imported: what no rule allows is denied here, in every mode"],
                };
            }

            foreach (var folder in Texts(permissions, "additionalDirectories"))
            {
                yield return new ImportedRule($"additionalDirectories: {folder}")
                {
                    Warnings =
                    [
                        "not imported: nothing of the host is visible; name it in `run.mounts` and allow to read it",
                    ],
                };
            }
        }

        foreach (var (key, why) in _others)
        {
            if (settings.TryGetProperty(key, out _))
            {
                yield return new ImportedRule(key) { Warnings = [why] };
            }
        }
    }

    private static readonly (string Key, string Why)[] _others =
    [
        (
            "hooks",
            "not imported: a hook there fails open (a crash, a time-out or HTTP 500 lets the tool run); rules here fail closed"
        ),
        ("env", "not imported, its values are not read: say variables in `run.variables` and keys in `credentials`"),
        ("apiKeyHelper", "not imported: the agent holds no key here; name it in `credentials`"),
        ("sandbox", "not imported: the sandbox here is always on"),
        ("enableAllProjectMcpServers", "not imported: each server is named in `servers` here"),
        ("enabledMcpjsonServers", "not imported: each server is named in `servers` here"),
        ("skipDangerousModePermissionPrompt", "not imported: there is no mode without rules here"),
    ];

    private static IEnumerable<string> Texts(JsonElement from, string key) =>
        from.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString()!)
            : [];
}
