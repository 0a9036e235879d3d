using Bartizan.Guards.Exfiltration;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Injection;
using Bartizan.Guards.Packs;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Sensitive.Names;
using Bartizan.Guards.Sensitive.Places;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Training;

/// <summary>
/// What all deterministic guards cost on clean texts of 10 KB and 1 MB and on texts that are made to cost much, on one core: the fastest
/// of many rounds in which every row has its turn, because a shared machine only ever adds, and not to all rows the same.
/// </summary>
internal static class GuardCost
{
    private const int Small = 10_000;
    private const int Large = 1_000_000;

    public static int Run(TimeSpan measured)
    {
        var texts = GuardTexts.All().ToList();
        var small = texts.Select(text => Scan(GuardTexts.Filled(text.Piece, Small)));
        var large = texts.Select(text => Scan(GuardTexts.Filled(text.Piece, Large)));
        var steps = Steps(GuardTexts.Filled(GuardTexts.Prose, Small)).ToList();
        var turns = Turns.Of([.. small, .. large, .. steps.Select(step => step.Step)], measured);
        var (smalls, larges) = (turns.Fastest[..texts.Count], turns.Fastest[texts.Count..(2 * texts.Count)]);
        var prose = texts.FindIndex(text => text.Name == "clean prose");
        var json = texts.FindIndex(text => text.Name == "clean JSON");
        Console.WriteLine(
            $"The fastest of {turns.Rounds} rounds in turns; load average {Load()}, {Environment.ProcessorCount} cores.\n"
        );
        Console.WriteLine(
            "| text | 10 KB, µs | × prose | × JSON | 1 MB, ms | × prose | × JSON |\n|---|---|---|---|---|---|---|"
        );
        for (var row = 0; row < texts.Count; row++)
        {
            Console.WriteLine(
                $"| {texts[row].Name} | {smalls[row] * 1e6:0.0} | {smalls[row] / smalls[prose]:0.0} | {smalls[row] / smalls[json]:0.0} "
                    + $"| {larges[row] * 1e3:0.00} | {larges[row] / larges[prose]:0.0} | {larges[row] / larges[json]:0.0} |"
            );
        }

        Console.WriteLine("\n| step, prose of 10 KB | µs |\n|---|---|");
        foreach (var (step, seconds) in steps.Zip(turns.Fastest[(2 * texts.Count)..]))
        {
            Console.WriteLine($"| {step.Name} | {seconds * 1e6:0.0} |");
        }

        return 0;
    }

    private static IEnumerable<(string Name, Action Step)> Steps(string text)
    {
        var views = TextViews.Of(text);
        return
        [
            ("unfolding", () => TextViews.Of(text)),
            ("  masks", () => CharMasks.Of(text)),
            ("  plain", () => PlainPass.Of(text.AsMemory(), new HiddenPlaces())),
            ("  escapes", () => EscapePass.Of(views.Plain, new HiddenPlaces())),
            ("  markup", () => MarkupPass.Of(views.Plain, new HiddenPlaces())),
            ("  words in disguise", () => WordPass.Of(views.Plain, new HiddenPlaces())),
            ("  letters with gaps", () => SpacedPass.Next(text, views.Plain.Masks, 0)),
            ("  moved", () => MovedPass.Of(views.Plain, new HiddenPlaces())),
            ("  reversed", () => LetterPass.Unreverse(views.Plain, new HiddenPlaces())),
            (
                "  blobs",
                () =>
                {
                    var tries = 9;
                    BlobPass.Find(views.Plain, new HiddenPlaces(), ref tries, _ => true);
                }
            ),
            ("  numbers that spell", () => NumberPass.Find(views.Plain, new HiddenPlaces(), _ => true)),
            (
                "words of orders",
                () => OrderScan.Find(GuardPack.Shipped.Orders, views.Plain, Channel.Untrusted, new FoundList())
            ),
            (
                "marks of roles",
                () => RoleMarks.Find(GuardPack.Shipped.Marks, views.Plain, Channel.Untrusted, new FoundList())
            ),
            ("hidden text", () => HiddenTextGuard.Find(views, new FoundList())),
            ("credentials", () => SecretScan.Find(views.Plain, new FoundList())),
            ("  tokens", () => SecretScan.FindTokens(views.Plain, new FoundList())),
            ("numbers", () => NumberScan.Find(views.Plain, new FoundList())),
            ("contacts", () => ContactScan.Find(views.Plain, new FoundList())),
            ("names", () => NameScan.Find(views.Plain, new FoundList())),
            ("documents", () => DocumentScan.Find(views.Plain, new FoundList())),
            ("exfiltration", () => ExfiltrationGuard.Find(views, new FoundList())),
            ("postal addresses", () => PostalScan.Find(views.Plain, new FoundList())),
        ];
    }

    private static Action Scan(string text) => () => ContentScan.Of(text, Channel.Untrusted, Sought.Deterministic);

    private static string Load() =>
        File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
