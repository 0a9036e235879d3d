using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <summary>Reads <c>consult</c> of a manifest or a baseline.</summary>
internal sealed class ConsultationReader(ImmutableArray<ManifestError>.Builder errors)
{
    /// <summary>Of all files together: each is a request of its own before an action leaves.</summary>
    public const int MaxConsultations = 8;

    /// <summary>The longest wait; all guards together have ten seconds.</summary>
    public static readonly TimeSpan MaxWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(1);

    /// <summary>Reads it.</summary>
    public ImmutableArray<Consultation> Read(SourceNode.Map file)
    {
        var all = ImmutableArray.CreateBuilder<Consultation>();
        foreach (var item in ManifestReader.Items(file.Find("consult")).OfType<SourceNode.Map>())
        {
            var api = item.Find("authzen") is not null ? ConsultationApi.AuthZen : ConsultationApi.Opa;
            var said = RuleReader.TextOf(item, "authzen") ?? RuleReader.TextOf(item, "opa");
            if (!Uri.TryCreate(said, UriKind.Absolute, out var url))
            {
                continue;
            }

            var within = Units.TryTime(RuleReader.TextOf(item, "within") ?? "", out var time) ? time : s_within;
            if (within > MaxWithin || within <= TimeSpan.Zero)
            {
                Report(
                    item.PositionOf("within"),
                    "an action can't wait that long for a decision point",
                    "Write `1s` to `5s`."
                );
            }

            all.Add(
                new Consultation
                {
                    Api = api,
                    Url = url,
                    On = ReadActions(item),
                    Within = within,
                    Why = RuleReader.TextOf(item, "why") ?? "",
                    Position = item.Position,
                }
            );
        }

        return all.ToImmutable();
    }

    private ImmutableArray<(Verb Verb, string Pattern)> ReadActions(SourceNode.Map item)
    {
        var on = ImmutableArray.CreateBuilder<(Verb, string)>();
        foreach (var said in ManifestReader.Items(item.Find("on")).OfType<SourceNode.Scalar>())
        {
            if (new RuleReader(errors, isCeiling: true).ReadPattern(said) is var (verb, pattern))
            {
                on.Add((verb, pattern));
            }
        }

        return on.ToImmutable();
    }

    private void Report(SourcePosition where, string message, string hint)
    {
        if (errors.Count < SourceTree.MaxErrors)
        {
            errors.Add(new ManifestError(where, message, hint));
        }
    }
}
