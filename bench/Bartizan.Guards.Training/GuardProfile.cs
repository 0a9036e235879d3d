using System.Diagnostics;
using Bartizan.Guards.Exfiltration;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Injection;
using Bartizan.Guards.Packs;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Sensitive.Names;
using Bartizan.Guards.Sensitive.Places;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Training;

/// <summary>Where the time of each text of <see cref="GuardTexts"/> goes: in per mille of what clean JSON of the same length costs whole.</summary>
internal static class GuardProfile
{
    private static readonly (string Name, Action<TextViews> Step)[] _steps =
    [
        ("unfold", views => TextViews.Of(views.Original)),
        ("  plain", views => PlainPass.Of(views.Original, new HiddenPlaces())),
        ("  escapes", views => EscapePass.Of(views.Plain, new HiddenPlaces())),
        ("  markup", views => MarkupPass.Of(views.Plain, new HiddenPlaces())),
        ("  words", views => WordPass.Of(views.Plain, new HiddenPlaces())),
        ("  moved", views => MovedPass.Of(views.Plain, new HiddenPlaces())),
        ("  back", views => LetterPass.Unreverse(views.Plain, new HiddenPlaces())),
        ("  blobs", views => Blobs(views.Plain)),
        ("  numbers", views => NumberPass.Find(views.Plain, new HiddenPlaces(), _ => true)),
        (
            "marks",
            views => Each(views, v => RoleMarks.Find(GuardPack.Shipped.Marks, v, Channel.Untrusted, new FoundList()))
        ),
        (
            "orders",
            views => Each(views, v => OrderScan.Find(GuardPack.Shipped.Orders, v, Channel.Untrusted, new FoundList()))
        ),
        ("injection", views => InjectionGuard.Find(views, Channel.Untrusted, new FoundList(), GuardPack.Shipped)),
        ("hidden", views => HiddenTextGuard.Find(views, new FoundList())),
        ("secrets", views => Each(views, v => SecretScan.Find(v, new FoundList()))),
        ("numbers", views => Each(views, v => NumberScan.Find(v, new FoundList()))),
        ("contacts", views => Each(views, v => ContactScan.Find(v, new FoundList()))),
        ("documents", views => Each(views, v => DocumentScan.Find(v, new FoundList()))),
        ("names", views => Each(views, v => NameScan.Find(v, new FoundList()))),
        ("addresses", views => Each(views, v => PostalScan.Find(v, new FoundList()))),
        ("exfiltration", views => ExfiltrationGuard.Find(views, new FoundList())),
    ];

    public static int Run(int length)
    {
        Console.WriteLine(
            $"| text of {length}, µs | views | chars | whole | {string.Join(" | ", _steps.Select(s => s.Name))} | bytes |"
        );
        foreach (var (name, piece) in GuardTexts.All())
        {
            var text = GuardTexts.Filled(piece, length);
            var views = TextViews.Of(text);
            var whole = Best(() => ContentScan.Of(text, Channel.Untrusted, Sought.Deterministic));
            var steps = _steps.Select(s => Best(() => s.Step(views)));
            var before = GC.GetAllocatedBytesForCurrentThread();
            ContentScan.Of(text, Channel.Untrusted, Sought.Deterministic);
            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            var chars = views.All.Sum(v => (double)v.Text.Length) / length;
            var made = string.Join("", views.All.Take(8).Select(v => v.Coding.ToString()[0]));
            Console.WriteLine(
                $"| {name} | {made} {views.All.Length}{(views.IsCut ? "!" : "")} | {chars:0.0} | {whole:0.0} | "
                    + $"{string.Join(" | ", steps.Select(s => s.ToString("0.0")))} | {bytes / 1024} K |"
            );
        }

        return 0;
    }

    private static void Blobs(TextView view)
    {
        var tries = TextLimits.MaxBlobs;
        BlobPass.Find(view, new HiddenPlaces(), ref tries, _ => true);
    }

    private static void Each(TextViews views, Action<TextView> step)
    {
        foreach (var view in views.All)
        {
            if (view.Coding is not (Coding.Words or Coding.Rot13 or Coding.Reversed))
            {
                step(view);
            }
        }
    }

    private static double Best(Action step)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(0.12))
        {
            step();
        }

        began = Stopwatch.GetTimestamp();
        var best = double.MaxValue;
        for (var round = 0; round < 5 || Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(0.12); round++)
        {
            var start = Stopwatch.GetTimestamp();
            step();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        return best;
    }
}
