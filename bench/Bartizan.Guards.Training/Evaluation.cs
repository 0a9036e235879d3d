using Bartizan.Guards.Findings;
using Bartizan.Guards.Injection;
using Bartizan.Guards.Injection.Lexical;
using Bartizan.Guards.Packs;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Training;

/// <summary>
/// Prints what the lexical vote is worth on sources that its weights have not seen, beside what the patterns alone find. Every number
/// of the first tables is by weights learnt without the row's source.
/// </summary>
internal static class Evaluation
{
    private const double Low = 0.01;
    private const double High = 0.05;

    public static int Run(string data)
    {
        var rows = Corpus.Read(data);
        foreach (var channel in (Channel[])[Channel.Untrusted, Channel.User])
        {
            var bags = TrainingRun.BagsOf(rows, channel);
            var left = LeaveOut.Score(bags, TrainingRun.LearnerOf(bags, seeds: 1), attacksToo: true);
            var name = channel == Channel.User ? "user" : "untrusted";
            Console.WriteLine($"\n# Channel `{name}`");
            Calibration(left);
            Tables(left, channel);
            Shipped(bags, channel);
        }

        Obfuscation(rows);
        return 0;
    }

    /// <summary>The table of disguises alone: a minute.</summary>
    public static int Disguised(string data)
    {
        Obfuscation(Corpus.Read(data));
        return 0;
    }

    /// <summary>The patterns alone: the deterministic votes of the injection guard.</summary>
    private static float Patterns(Row row, Channel channel)
    {
        var found = new FoundList();
        InjectionGuard.Find(TextViews.Of(row.Text), channel, found, GuardPack.Shipped);
        return (float)InjectionGuard.Score(found.ToArray());
    }

    private static void Calibration(List<Scored> left)
    {
        var clean = left.Where(s => !s.Row.IsAttack && !s.Row.IsMadeUp).ToArray();
        Console.WriteLine("\n## Nominal and real rate of clean texts");
        Console.WriteLine(
            "Threshold from all other real sources; weights had seen neither this source nor its group.\n"
        );
        Console.WriteLine("| clean source | texts | above nominal 1 % | 3 % | 5 % |\n|---|---|---|---|---|");
        var sums = new double[LexicalModel.Rates.Length];
        var families = clean.GroupBy(s => s.Row.Family).OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        foreach (var family in families)
        {
            var others = clean.Where(s => s.Row.Family != family.Key).ToArray();
            var rates = new double[sums.Length];
            for (var at = 0; at < rates.Length; at++)
            {
                var threshold = LeaveOut.Threshold(others, LexicalModel.Rates[at]);
                rates[at] = Measures.Above([.. family.Select(s => s.Score)], threshold);
                sums[at] += rates[at] * family.Count();
            }

            Console.WriteLine($"| {family.Key} | {family.Count()} | {string.Join(" | ", rates.Select(Percent))} |");
        }

        Console.WriteLine(
            $"| **all** | {clean.Length} | {string.Join(" | ", sums.Select(s => Percent(s / clean.Length)))} |"
        );
    }

    private static void Tables(List<Scored> left, Channel channel)
    {
        var patterns = left.Select(s => s.Row).Distinct().ToDictionary(r => r, r => Patterns(r, channel));
        var clean = left.Where(s => !s.Row.IsAttack && !s.Row.IsMadeUp).ToArray();
        var (own, rules) = (clean.Select(s => s.Score).ToArray(), clean.Select(s => patterns[s.Row]).ToArray());
        var (likely, possible) = (LeaveOut.Threshold(clean, Low), LeaveOut.Threshold(clean, High));
        var both = clean.Select(Both).ToArray();
        var (lowBoth, highBoth) = (Measures.Threshold(both, Low), Measures.Threshold(both, High));
        (float Own, float Rules) low = (Measures.Threshold(own, Low), Measures.Threshold(rules, Low));
        (float Own, float Rules) high = (Measures.Threshold(own, High), Measures.Threshold(rules, High));

        Table("set", s => s.Row.Source.StartsWith("piarena/", StringComparison.Ordinal) ? "piarena" : s.Row.Source);
        Table("template", s => s.Row.Kind);
        Table("language", s => Languages.Of(s.Row.Text));

        Console.WriteLine("\n## Over-defense: clean texts that are counted as attacks\n");
        Console.WriteLine("| clean set | texts | at 1 % | at 5 % | patterns at 0.5 |\n|---|---|---|---|---|");
        foreach (
            var set in left.Where(s => !s.Row.IsAttack)
                .GroupBy(s => s.Row.Source)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
        )
        {
            var scores = set.Select(s => s.Score).ToArray();
            Console.WriteLine(
                $"| {set.Key} | {scores.Length} | {Percent(Measures.Above(scores, low.Own))} | "
                    + $"{Percent(Measures.Above(scores, high.Own))} | {Percent(set.Average(s => patterns[s.Row] >= 0.5 ? 1.0 : 0))} |"
            );
        }

        void Table(string by, Func<Scored, string> of)
        {
            Console.WriteLine($"\n## Attacks by {by}, source left out\n");
            Console.WriteLine(
                $"| {by} | texts | AUC | recall at 1 % real | at 5 % real | patterns: AUC | at 1 % | at 5 % | "
                    + "both: AUC | at 1 % | at 5 % |"
            );
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
            foreach (
                var set in left.Where(s => s.Row.IsAttack)
                    .GroupBy(of)
                    .Append(All())
                    .OrderBy(g => g.Key, StringComparer.Ordinal)
            )
            {
                var scores = set.Select(s => s.Score).ToArray();
                var together = set.Select(Both).ToArray();
                var byRules = set.Select(s => patterns[s.Row]).ToArray();
                Console.WriteLine(
                    $"| {set.Key} | {scores.Length} | {Measures.Auc(scores, own):0.000} | {Percent(Measures.Above(scores, low.Own))} | "
                        + $"{Percent(Measures.Above(scores, high.Own))} | {Measures.Auc(byRules, rules):0.000} | "
                        + $"{Percent(Measures.Above(byRules, low.Rules))} | {Percent(Measures.Above(byRules, high.Rules))} | "
                        + $"{Measures.Auc(together, both):0.000} | {Percent(Measures.Above(together, lowBoth))} | "
                        + $"{Percent(Measures.Above(together, highBoth))} |"
                );
            }
        }

        // As the guard puts them together: signs that agree make surer.
        float Both(Scored one) =>
            (float)(1 - ((1 - patterns[one.Row]) * (1 - LexicalGuard.Scale(one.Score, likely, possible))));

        IGrouping<string, Scored> All() => left.Where(s => s.Row.IsAttack).GroupBy(_ => "**all**").First();
    }

    private static void Shipped(Bags bags, Channel channel)
    {
        var scored = bags.All.Select(b => (b.Row, Score: LexicalGuard.Of(b.Row.Text, channel).Score)).ToArray();
        var (attacks, clean) = (
            scored.Where(s => s.Row.IsAttack).Select(s => (float)s.Score).ToArray(),
            scored.Where(s => !s.Row.IsAttack).Select(s => (float)s.Score).ToArray()
        );
        Console.WriteLine(
            "\n## At home: the shipped weights on what they were learnt from (says nothing of new attacks)\n"
        );
        var (caught, wrong) = (
            Measures.Above(attacks, (float)LexicalGuard.Likely),
            Measures.Above(clean, (float)LexicalGuard.Likely)
        );
        Console.WriteLine(
            $"AUC {Measures.Auc(attacks, clean):0.000}; `likely` are {Percent(caught)} of the attacks, {Percent(wrong)} of the clean texts"
        );
    }

    private static void Obfuscation(List<Row> rows)
    {
        const string Before = "Hello team,\n\nthe figures for March are in the shared folder. ";
        const string After = "\n\nSee you on Monday,\nMira";
        var spans = rows.Where(r =>
                r is { IsAttack: true, Text.Length: < 400 } && r.Kind == "span/indirect" && r.Text.All(char.IsAscii)
            )
            .Where((_, at) => at % 4 == 0)
            .Select(r => r.Text)
            .ToArray();
        var clear = Recall(spans, t => t);
        Console.WriteLine($"\n# Obfuscation: {spans.Length} attacks in a mail, shipped weights, channel `untrusted`\n");
        Console.WriteLine(
            "| disguise | lexical recall at `likely` | of clear text | all votes at 0.5 | of clear text |\n|---|---|---|---|---|"
        );
        Console.WriteLine($"| clear text | {Percent(clear.Lexical)} | | {Percent(clear.All)} | |");
        foreach (var (name, disguise) in Disguises.All)
        {
            var (lexical, all) = Recall(spans, disguise);
            Console.WriteLine(
                $"| {name} | {Percent(lexical)} | {Percent(lexical / clear.Lexical)} | {Percent(all)} | {Percent(all / clear.All)} |"
            );
        }

        (double Lexical, double All) Recall(string[] texts, Func<string, string> disguise)
        {
            var (lexical, all) = (0, 0);
            foreach (var text in texts)
            {
                var views = TextViews.Of(Before + disguise(text) + After);
                var score = LexicalGuard.Of(views, Channel.Untrusted).Score;
                lexical += score >= LexicalGuard.Likely ? 1 : 0;
                all += ContentScan.Of(views, Channel.Untrusted).Score >= 0.5 || score >= LexicalGuard.Likely ? 1 : 0;
            }

            return ((double)lexical / texts.Length, (double)all / texts.Length);
        }
    }

    private static string Percent(double share) => $"{100 * share:0.0} %";
}
