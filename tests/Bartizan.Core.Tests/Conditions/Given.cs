using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Conditions;

/// <summary>Short ways to conditions and facts.</summary>
internal static class Given
{
    public static Facts Facts { get; } =
        new()
        {
            Args = Json(
                """
                {
                  "base": "main", "commit_title": "Fix the \"quoted\" path\n", "limit": 100, "ratio": 0.5, "force": false,
                  "none": null, "tags": ["eu", "us"], "mixed": [1, "two"], "nested": { "list": [{ "id": 7 }] },
                  "smile": "a\ud83d\ude00b", "half": "\ud800", "huge": 92233720368547758080, "content-type": "text/plain"
                }
                """
            ),
            Agent = Set(("name", AttributeValue.Of("support-triage")), ("version", AttributeValue.Of(7))),
            User = Set(
                ("id", AttributeValue.Of("alice@example.com")),
                ("groups", AttributeValue.ListOf("maintainers", "finance")),
                ("region", AttributeValue.Of("eu"))
            ),
            Resource = Set(("region", AttributeValue.Of("eu")), ("class", AttributeValue.Of("internal"))),
            Env = Set(("name", AttributeValue.Of("staging"))),
            Labels = Labels.Untrusted | Labels.Private,
            Time = LocalTime.At(new DateTimeOffset(2026, 11, 21, 3, 5, 0, TimeSpan.Zero), TimeZoneInfo.Utc),
            Bulk = false,
            Count = 3,
        };

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    public static AttributeSet Set(params (string Name, AttributeValue Value)[] values) =>
        AttributeSet.Of(values.Select(v => KeyValuePair.Create(v.Name, v.Value)));

    public static Condition Condition(string text)
    {
        var result = Core.Conditions.Condition.Parse(text, ConditionSchema.Standard);
        return result.Condition ?? throw new ArgumentException(string.Join("; ", result.Errors), nameof(text));
    }

    public static Truth Evaluate(string text) => Condition(text).Evaluate(Facts);

    public static Truth EvaluateArgs(string text, string json) =>
        Condition(text).Evaluate(new Facts { Args = Json(json) });
}
