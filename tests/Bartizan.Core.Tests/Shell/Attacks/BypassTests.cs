using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Manifests;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Shell;

/// <summary>
/// Sixty ways past other people's rules, by number: <c>conformance/bypasses</c>, a file each. Adding a case is adding a line,
/// adding a bypass is adding a file.
/// </summary>
public sealed class BypassTests
{
    private const int Known = 60;

    private static readonly JsonSerializerOptions _strict = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    public static TheoryData<string> Files() =>
        [
            .. Directory
                .GetFiles(Repository.PathOf("conformance", "bypasses"), "*.json")
                .Select(file => Path.GetFileName(file)!)
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_bypass_is_denied_or_asked(string file)
    {
        var vector = Read(file);
        var policy = Rules.Compile(vector.Rules, vector.Baseline);
        var wrong =
            from one in vector.Cases
            let got = Decide(policy, one)
            where got != one.Expect
            select $"{one.Script ?? one.Target}: {got}, not {one.Expect}";
        wrong.ShouldBeEmpty();
        vector.Cases.ShouldContain(c => c.Expect != "allow");
    }

    [Fact]
    public void Each_number_has_its_file_and_most_allow_what_a_reader_expects()
    {
        var vectors = Files().Select(row => Read(row.Data)).ToList();
        vectors.Select(v => v.Number).Order().ShouldBe(Enumerable.Range(1, vectors.Count));
        vectors.Count.ShouldBeGreaterThanOrEqualTo(Known);
        // A policy that denies everything would pass the others.
        vectors.Count(v => v.Cases.Any(c => c.Expect == "allow")).ShouldBeGreaterThan(45);
    }

    [Fact]
    public void What_another_room_holds_is_tested_there()
    {
        var tests = Directory
            .EnumerateFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .ToList();
        Files()
            .SelectMany(row => Read(row.Data).HeldBy)
            .Where(name => !tests.Exists(text => text.Contains($" {name}(", StringComparison.Ordinal)))
            .ShouldBeEmpty();
    }

    private static Vector Read(string file) =>
        JsonSerializer.Deserialize<Vector>(
            File.ReadAllText(Repository.PathOf("conformance", "bypasses", file)),
            _strict
        )!;

    private static string Decide(Policy policy, Case one)
    {
        if (one.Script is { } script)
        {
            return Shells.Decide(Shells.Read(script), policy).Effect.ToString().ToLowerInvariant();
        }

        var text = one.Target!;
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var verb = Enum.Parse<Verb>(text[..space], ignoreCase: true);
        return TargetReader.TryRead(verb, text[(space + 1)..], out var target, out _)
            ? policy.Screen(target, Rules.Now).Effect.ToString().ToLowerInvariant()
            : "refused";
    }

    /// <param name="Number">Its number in the list of known bypasses.</param>
    /// <param name="Name">Whose it was, and what.</param>
    /// <param name="Part">What holds here.</param>
    private sealed record Vector(
        int Number,
        string Name,
        string Part,
        ImmutableArray<string> Rules,
        ImmutableArray<Case> Cases
    )
    {
        [JsonInclude]
        public string? Holds { get; init; }

        [JsonInclude]
        public ImmutableArray<string> Baseline { get; init; } = [];

        /// <summary>Tests of other rooms that hold what rules can't.</summary>
        [JsonInclude]
        public ImmutableArray<string> HeldBy { get; init; } = [];
    }

    private sealed record Case(string Expect)
    {
        [JsonInclude]
        public string? Script { get; init; }

        [JsonInclude]
        public string? Target { get; init; }
    }
}
