using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Manifests;

namespace Bartizan.Core.Tests.Policies;

/// <summary>The vectors of <c>conformance/policy</c>: adding a case is adding a line there.</summary>
public sealed class ConformanceTests
{
    private static readonly JsonSerializerOptions _strict = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    public static TheoryData<string> Files() =>
        [
            .. Directory
                .GetFiles(Repository.PathOf("conformance", "policy"), "*.json")
                .Select(file => Path.GetFileName(file)!)
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_vector_is_decided_as_it_says(string file)
    {
        var text = File.ReadAllText(Repository.PathOf("conformance", "policy", file));
        var vectors = JsonSerializer.Deserialize<VectorFile>(text, _strict)!;
        var wrong = new List<string>();
        foreach (var suite in vectors.Suites)
        {
            var policy = Rules.Compile(suite.Rules, suite.Baseline);
            wrong.AddRange(
                from one in suite.Cases
                let got = Decide(policy, one.Target)
                where got != one.Expect
                select $"{suite.Name}: {one.Target}: {got}, not {one.Expect}"
            );
        }

        wrong.ShouldBeEmpty();
        vectors.Suites.Sum(s => s.Cases.Length).ShouldBeGreaterThan(5);
    }

    private static string Decide(Policy policy, string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var verb = Enum.Parse<Verb>(text[..space], ignoreCase: true);
        if (!TargetReader.TryRead(verb, text[(space + 1)..], out var target, out var problem))
        {
            problem.ShouldNotBeEmpty();
            return "refused";
        }

        return policy.Screen(target, Rules.Now).Effect.ToString().ToLowerInvariant();
    }

    private sealed record VectorFile(string About, ImmutableArray<Suite> Suites);

    private sealed record Suite(string Name, ImmutableArray<string> Rules, ImmutableArray<Vector> Cases)
    {
        [JsonInclude]
        public ImmutableArray<string> Baseline { get; init; } = [];
    }

    private sealed record Vector(string Target, string Expect);
}
