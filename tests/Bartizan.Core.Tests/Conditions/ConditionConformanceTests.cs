using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Manifests;

namespace Bartizan.Core.Tests.Conditions;

/// <summary>The vectors of <c>conformance/conditions</c>: adding a case is adding a line there.</summary>
public sealed class ConditionConformanceTests
{
    private static readonly JsonSerializerOptions _strict = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectRequiredConstructorParameters = false,
    };

    public static TheoryData<string> Files() =>
        [
            .. Directory
                .GetFiles(Repository.PathOf("conformance", "conditions"), "*.json")
                .Select(file => Path.GetFileName(file)!)
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_vector_comes_to_what_it_says(string file)
    {
        var text = File.ReadAllText(Repository.PathOf("conformance", "conditions", file));
        var vectors = JsonSerializer.Deserialize<VectorFile>(text, _strict)!;
        var wrong = new List<string>();
        foreach (var suite in vectors.Suites ?? [])
        {
            var facts = Read(suite.Facts);
            wrong.AddRange(
                from one in suite.Cases
                let got = Condition.Parse(one.When, ConditionSchema.Standard) is { Condition: { } condition }
                    ? condition.Evaluate(facts).ToString().ToLowerInvariant()
                    : "refused"
                where got != one.Expect
                select $"{suite.Name}: {one.When}: {got}, not {one.Expect}"
            );
        }

        wrong.AddRange((vectors.Refused ?? []).Where(when => Condition.Parse(when, ConditionSchema.Standard).IsValid));
        wrong.ShouldBeEmpty();
        ((vectors.Suites?.Sum(s => s.Cases.Length) ?? 0) + (vectors.Refused?.Length ?? 0)).ShouldBeGreaterThan(10);
    }

    private static Facts Read(JsonElement facts)
    {
        JsonElement? Part(string name) => facts.TryGetProperty(name, out var part) ? part : null;
        var labels = Part("session")?.GetProperty("labels").EnumerateArray();
        var time = Part("time");
        var action = Part("action");
        return new Facts
        {
            Args = Part("args") ?? default,
            Agent = Set(Part("agent")),
            User = Set(Part("user")),
            Resource = Set(Part("resource")),
            Env = Set(Part("env")),
            Labels = labels?.Aggregate(
                Labels.None,
                (all, label) => all | Enum.Parse<Labels>(label.GetString()!, ignoreCase: true)
            ),
            Time = time is { } at
                ? LocalTime.At(
                    at.GetProperty("now").GetDateTimeOffset(),
                    TimeZoneInfo.FindSystemTimeZoneById(at.GetProperty("zone").GetString()!)
                )
                : null,
            Bulk = action?.GetProperty("bulk").GetBoolean(),
            Count = action?.GetProperty("count").GetInt64(),
        };
    }

    private static AttributeSet? Set(JsonElement? part) =>
        part is { } known
            ? AttributeSet.Of(known.EnumerateObject().Select(m => KeyValuePair.Create(m.Name, Value(m.Value))))
            : null;

    private static AttributeValue Value(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.String => AttributeValue.Of(json.GetString()!),
            JsonValueKind.Number => AttributeValue.Of(json.GetInt64()),
            JsonValueKind.Array => AttributeValue.List([.. json.EnumerateArray().Select(Value)]),
            _ => AttributeValue.Of(json.GetBoolean()),
        };

    private sealed record VectorFile(string About, ImmutableArray<Suite>? Suites, ImmutableArray<string>? Refused);

    private sealed record Suite(string Name, JsonElement Facts, ImmutableArray<Vector> Cases);

    private sealed record Vector(string When, string Expect);
}
