using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>
/// A solver that knows nothing of atoms and boxes is asked the same question: is there a model call that the first manifest decides more
/// generously? Rules are written as regular expressions over strings. <c>bench/soak/narrowing.sh</c> asks it of 3,000 pairs.
/// </summary>
public sealed class Z3Tests
{
    private static readonly int _pairs = int.TryParse(
        Environment.GetEnvironmentVariable("BARTIZAN_NARROWING_PAIRS"),
        out var n
    )
        ? n
        : 100;

    [Fact]
    public async Task The_solver_finds_no_other_answer_about_conditions_and_arguments()
    {
        var solver = Solver();
        var asked = new StringBuilder("(set-option :timeout 5000)\n").Append(SolverWorld.Declarations);
        var (proofs, shown) = (new List<NarrowingProof>(), new List<string>());
        for (var seed = 0; seed < _pairs; seed++)
        {
            var world = new SolverWorld(2_000_000 + seed);
            var b = world.Manifest();
            var a = seed % 3 == 0 ? world.Manifest() : world.Changed(b);
            proofs.Add(NarrowingProof.Of(a.Manifest, b.Manifest, Rules.Now));
            shown.Add($"{FactPropertyTests.Lines(a.Manifest)}\n--\n{FactPropertyTests.Lines(b.Manifest)}");
            Ask(asked, least => (a.Least(least), b.Least(least)));
        }

        Compare(
            proofs,
            await AskAsync(solver, asked.ToString(), TestContext.Current.CancellationToken),
            shown,
            _pairs / 10
        );
    }

    [Fact]
    public async Task The_solver_finds_no_other_answer()
    {
        var solver = Solver();
        var proofs = new List<NarrowingProof>();
        var asked = new StringBuilder(
            "(set-option :timeout 5000)\n(declare-const h String)\n(declare-const r String)\n(declare-const t Int)\n"
        );
        asked.Append(
            "(assert (str.in_re h (re.+ (re.union (str.to_re \"a\") (str.to_re \"b\") (str.to_re \"x\")))))\n"
        );
        asked.Append(
            "(assert (str.in_re r (re.* (re.union (str.to_re \"a\") (str.to_re \"b\") (str.to_re \"x\") (str.to_re \"/\")))))\n"
        );
        asked.Append("(assert (and (<= (str.len h) 3) (<= (str.len r) 8) (>= t 0) (<= t 8)))\n");
        for (var seed = 0; seed < _pairs; seed++)
        {
            var world = new NarrowingWorld(1_000_000 + seed);
            var a = NarrowingWorld.Unwitnessed(world.Manifest(Verb.Model, 4));
            var b = NarrowingWorld.Unwitnessed(
                seed % 2 == 0
                    ? world.Manifest(Verb.Model, 4)
                    : NarrowingWorld.With(a, world.Rule(Verb.Model, "allow", isCeiling: false))
            );
            proofs.Add(NarrowingProof.Of(a, b, Rules.Now));
            Ask(asked, least => (Least(a, least), Least(b, least)));
        }

        Compare(proofs, await AskAsync(solver, asked.ToString(), TestContext.Current.CancellationToken), [], 0);
    }

    private static string Solver()
    {
        var solver = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(p => Path.Combine(p, "z3"))
            .FirstOrDefault(File.Exists);
        if (solver is null)
        {
            Assert.Skip("z3 is not installed here: apt-get install z3");
        }

        return solver;
    }

    private static void Ask(StringBuilder asked, Func<Effect, (string A, string B)> least)
    {
        var (asks, allows) = (least(Effect.Ask), least(Effect.Allow));
        asked
            .Append(CultureInfo.InvariantCulture, $"(push)\n(assert (or (and {asks.A} (not {asks.B}))")
            .Append(CultureInfo.InvariantCulture, $" (and {allows.A} (not {allows.B}))))\n(check-sat)\n(pop)\n");
    }

    private static void Compare(List<NarrowingProof> proofs, List<string> answers, List<string> shown, int mostAlarms)
    {
        answers.Count.ShouldBe(
            _pairs,
            string.Join('\n', answers.Where(a => a.StartsWith("(error", StringComparison.Ordinal)).Take(3))
        );
        var (known, alarms) = (0, 0);
        for (var i = 0; i < _pairs; i++)
        {
            if (answers[i] is not ("sat" or "unsat"))
            {
                continue;
            }

            // What is not proved may hold all the same: never a pass, and counted.
            var (within, proof) = (answers[i] == "unsat", proofs[i]);
            known++;
            alarms += within && proof.Answer == NarrowingAnswer.Unproved ? 1 : 0;
            (within ? proof.Answer != NarrowingAnswer.Refuted : proof.Answer != NarrowingAnswer.Proved).ShouldBeTrue(
                $"pair {i}: {proof.Answer}\n{shown.ElementAtOrDefault(i)}\n{string.Join('\n', proof.Excesses)}"
            );
        }

        var found = answers.Count(x => x == "unsat");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{known} of {_pairs} answered, {found} within (of which {alarms} not proved), 0 mismatches"
        );
        known.ShouldBeGreaterThan(_pairs * 9 / 10);
        alarms.ShouldBeLessThanOrEqualTo(mostAlarms);
    }

    private static async Task<List<string>> AskAsync(string solver, string asked, CancellationToken cancellationToken)
    {
        using var process = Process.Start(
            new ProcessStartInfo(solver, "-in")
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        var answers = process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(asked.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        var text = await answers;
        await process.WaitForExitAsync(cancellationToken);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    // What a manifest decides at least, as a formula: every layer must let it pass.
    private static string Least(Manifest manifest, Effect least) =>
        And(manifest.Layers.Select(layer => Least(layer, least)));

    private static string Least(RuleLayer layer, Effect least)
    {
        var allows = layer.Rules.Where(r => r.Effect == Effect.Allow).Select(Applies).ToList();
        var asks = layer.Rules.Where(r => r.Effect == Effect.Ask).Select(Applies).ToList();
        var denies = layer.Rules.Where(r => r.Effect == Effect.Deny).Select(Applies).ToList();
        var open = layer.IsCeiling && allows.Count == 0;
        var granted = open ? "true" : Or(least == Effect.Allow ? allows : allows.Concat(asks));
        return $"(and {granted} (not {Or(least == Effect.Allow ? denies.Concat(asks) : denies)}))";
    }

    private static string Applies(Rule rule)
    {
        var time = rule.Expires is { } last
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"(<= t {last.DayNumber - DateOnly.FromDateTime(Rules.Now.UtcDateTime).DayNumber})"
            )
            : "true";
        if (rule.Pattern == "**")
        {
            return time;
        }

        var slash = rule.Pattern.IndexOf('/', StringComparison.Ordinal);
        var rest = rule.Pattern[(slash + 1)..].Split('/').ToImmutableArray();
        return $"(and {time} (str.in_re h {Word(rule.Pattern[..slash])}) (str.in_re r {Segments(rest)}))";
    }

    // A text is one segment or more; `**` takes any number of them, none included.
    private static string Segments(ImmutableArray<string> pattern)
    {
        if (pattern.IsEmpty)
        {
            return "re.none";
        }

        var restTakesNone = pattern.Skip(1).All(s => s == "**");
        var rest = Segments(pattern.RemoveAt(0));
        if (pattern[0] == "**")
        {
            var end = restTakesNone ? $"(re.union {Any} {rest})" : rest;
            return $"(re.++ (re.* (re.++ {Any} (str.to_re \"/\"))) {end})";
        }

        var word = Word(pattern[0]);
        var more = $"(re.++ {word} (str.to_re \"/\") {rest})";
        return restTakesNone ? $"(re.union {word} {more})" : more;
    }

    private const string Letter = "(re.union (str.to_re \"a\") (str.to_re \"b\") (str.to_re \"x\"))";
    private const string Any = $"(re.* {Letter})";

    private static string Word(string glob)
    {
        if (glob == "*")
        {
            return $"(re.+ {Letter})";
        }

        var parts = glob.Select(c => c == '*' ? Any : $"(str.to_re \"{c}\")").Append("(str.to_re \"\")").ToList();
        return $"(re.++ {string.Join(' ', parts)})";
    }

    private static string And(IEnumerable<string> all) => $"(and true {string.Join(' ', all)})";

    private static string Or(IEnumerable<string> all) => $"(or false {string.Join(' ', all)})";
}
