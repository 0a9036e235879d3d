namespace Bartizan.Guards.Sensitive;

/// <summary>A kind of number that people or things are known by.</summary>
/// <param name="Name">The kind's name in findings.</param>
/// <param name="Masks">
/// How it is written: <c>9</c> a digit, <c>A</c> a letter, <c>X</c> either, a blank any one separator. Separated by <c>|</c>.
/// </param>
/// <param name="IsValid">Its check.</param>
/// <param name="Alone">How sure the check alone makes, where it is written with its separators or has letters.</param>
/// <param name="Near">How sure it makes near one of the words.</param>
/// <param name="Words">Words that speak for it, in lower case.</param>
internal sealed record NumberKind(
    string Name,
    string Masks,
    NumberCheck IsValid,
    double Alone,
    double Near,
    string Words
)
{
    /// <summary>How sure the check makes of an unbroken run of digits without any word: most are something else.</summary>
    public double Bare { get; init; } = 0.3;
}
