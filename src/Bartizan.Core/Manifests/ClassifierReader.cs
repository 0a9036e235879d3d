using System.Collections.Immutable;
using System.Globalization;

namespace Bartizan.Core.Manifests;

/// <summary>Reads <c>guards.classifiers</c>.</summary>
internal sealed class ClassifierReader(ImmutableArray<ManifestError>.Builder errors)
{
    /// <summary>Classifiers of one manifest: each is a request of its own before an action leaves.</summary>
    public const int MaxClassifiers = 4;

    /// <summary>The longest wait for one answer, and the default; all guards together have ten seconds.</summary>
    public static readonly TimeSpan MaxWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(2);

    /// <summary>The classifiers; none where the file names none.</summary>
    public ImmutableArray<Classifier> Read(SourceNode.Map guards)
    {
        var all = ImmutableArray.CreateBuilder<Classifier>();
        foreach (var item in ManifestReader.Items(guards.Find("classifiers")).OfType<SourceNode.Map>())
        {
            if (
                RuleReader.TextOf(item, "name") is not { } name
                || !Uri.TryCreate(RuleReader.TextOf(item, "url"), UriKind.Absolute, out var url)
            )
            {
                continue;
            }

            if (all.Count == MaxClassifiers)
            {
                Report(item.Position, $"more than {MaxClassifiers} classifiers", "Take one out.");
                break;
            }

            var said = RuleReader.TextOf(item, "within");
            var isTime = Units.TryTime(said ?? "", out var within);
            if (said is not null && (!isTime || within <= TimeSpan.Zero || within > MaxWithin))
            {
                Report(item.PositionOf("within"), "a classifier can't be waited for so long", "Write `1s` to `5s`.");
            }

            var channel = RuleReader.TextOf(item, "channel");
            all.Add(
                new Classifier
                {
                    Name = name,
                    Url = url,
                    ReadsUntrusted = channel != "user",
                    ReadsUser = channel is "user" or "both",
                    Threshold = double.TryParse(
                        RuleReader.TextOf(item, "threshold"),
                        CultureInfo.InvariantCulture,
                        out var threshold
                    )
                        ? threshold
                        : 0.5,
                    Action = GuardReader.Action(item, "do") ?? GuardAction.Block,
                    OnFailure = GuardReader.Action(item, "on_failure") ?? GuardAction.Block,
                    Within = isTime ? within : s_within,
                }
            );
        }

        return all.ToImmutable();
    }

    private void Report(SourcePosition where, string message, string hint)
    {
        if (errors.Count < SourceTree.MaxErrors)
        {
            errors.Add(new ManifestError(where, message, hint));
        }
    }
}
