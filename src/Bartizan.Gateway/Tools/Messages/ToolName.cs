using System.Globalization;

namespace Bartizan.Gateway.Tools.Messages;

/// <summary>What a tool may be called.</summary>
internal static class ToolName
{
    /// <summary>The longest name; the protocol's own recommendation, and the longest that a rule can name.</summary>
    public const int MaxLength = 128;

    /// <summary>
    /// False for a name that shares its rules with a method, and for one with white space, invisible characters or none at all:
    /// no rule names it.
    /// </summary>
    public static bool IsUsable(string name)
    {
        if (name.Length is 0 or > MaxLength || Methods.IsName(name))
        {
            return false;
        }

        foreach (var rune in name.EnumerateRunes())
        {
            var kind = System.Text.Rune.GetUnicodeCategory(rune);
            if (
                System.Text.Rune.IsWhiteSpace(rune)
                || kind
                    is UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.Surrogate
                        or UnicodeCategory.PrivateUse
                        or UnicodeCategory.OtherNotAssigned
                || rune == System.Text.Rune.ReplacementChar
            )
            {
                return false;
            }
        }

        return true;
    }
}
