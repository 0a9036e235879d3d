using System.Globalization;
using Bartizan.Core.Circuits;

namespace Bartizan.Core.Manifests;

/// <summary>Reads a manifest's <c>circuit</c>; what it doesn't say is as its model has it.</summary>
internal static class CircuitReader
{
    /// <summary>The circuit, or null where the file has none.</summary>
    public static Circuit? Read(SourceNode.Map root)
    {
        if (root.Find("circuit") is not SourceNode.Map map)
        {
            return null;
        }

        var usual = new Circuit();
        return usual with
        {
            ErrorsPerMille = decimal.TryParse(
                RuleReader.TextOf(map, "errors"),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var share
            )
                ? (int)Math.Clamp(share * 1000, 1, 1000)
                : usual.ErrorsPerMille,
            Window = Time(map, "window") ?? usual.Window,
            CoolDown = Time(map, "cool_down") ?? usual.CoolDown,
            AtLeast = Count(map, "at_least") ?? usual.AtLeast,
            Slow = Time(map, "slow"),
            Refusals = Count(map, "refusals"),
        };
    }

    private static TimeSpan? Time(SourceNode.Map map, string key) =>
        Units.TryTime(RuleReader.TextOf(map, key) ?? "", out var time) ? time : null;

    private static int? Count(SourceNode.Map map, string key) =>
        int.TryParse(RuleReader.TextOf(map, key), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : null;
}
