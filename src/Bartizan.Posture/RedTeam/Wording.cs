namespace Bartizan.Posture.RedTeam;

/// <summary>A way to put an attacker's order to a model.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Language">The language of the order: a code of ISO 639-1.</param>
/// <param name="Disguise">How the filled text is written.</param>
/// <param name="Lead">What stands before a disguised text, itself plain; empty for nothing.</param>
/// <param name="Text">The frame; the order stands in the place of <see cref="Order"/>.</param>
public sealed record Wording(string Id, string Language, Disguise Disguise, string Lead, string Text)
{
    /// <summary>Where the order stands in the frame.</summary>
    public const string Order = "{{wants}}";

    /// <summary>The text that is hidden in what a tool answers.</summary>
    public string Of(SuiteAttack attack)
    {
        ArgumentNullException.ThrowIfNull(attack);
        var order = attack.Translated.GetValueOrDefault(Language, attack.Wants);
        var text = Disguises.Write(Text.Replace(Order, order, StringComparison.Ordinal), Disguise);
        return Lead.Length == 0 ? text : $"{Lead} {text}";
    }
}
