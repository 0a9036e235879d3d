using System.Globalization;

namespace Bartizan.Core.Approvals;

/// <summary>
/// How often a yes counts: once, so many times, or until the session ends. More than once it covers equal actions only: the same session,
/// verb, target, arguments and payloads, asked by the same rules.
/// </summary>
public static class ApprovalScope
{
    /// <summary>One action.</summary>
    public const int Once = 1;

    /// <summary>As often as the session asks.</summary>
    public const int Session = int.MaxValue;

    /// <summary>The most times that can be said as a number.</summary>
    public const int MaxTimes = 1000;

    /// <summary>Reads <c>once</c>, <c>session</c> or a number from 1; anything else is no scope.</summary>
    public static bool TryParse(string? text, out int uses)
    {
        uses = text switch
        {
            "once" => Once,
            "session" => Session,
            _ => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var times)
            && times is >= Once and <= MaxTimes
                ? times
                : 0,
        };
        return uses > 0;
    }

    /// <summary>Writes it as it is read.</summary>
    public static string Write(int uses) =>
        uses switch
        {
            Once => "once",
            Session => "session",
            _ => uses.ToString(CultureInfo.InvariantCulture),
        };
}
