namespace Bartizan.Guards.Texts;

/// <summary>How much a letter speaks for English as it is, and against English moved by thirteen.</summary>
internal static class LetterFrequencies
{
    /// <summary>Units of one nat.</summary>
    public const int PerNat = 8;

    // Letters in a thousand of English text, a to z.
    private static ReadOnlySpan<byte> Thousandths =>
        [82, 15, 28, 43, 127, 22, 20, 61, 70, 2, 8, 40, 24, 67, 75, 19, 1, 60, 63, 91, 28, 10, 24, 2, 20, 1];

    private static readonly sbyte[] _clear = Make();

    /// <summary>Above zero for English, below for English moved; zero for what is no letter.</summary>
    public static int Clear(char c) => c < 128 ? _clear[c] : 0;

    private static sbyte[] Make()
    {
        var clear = new sbyte[128];
        for (var letter = 0; letter < 26; letter++)
        {
            var value = PerNat * Math.Log((double)Thousandths[letter] / Thousandths[(letter + 13) % 26]);
            clear['a' + letter] = clear['A' + letter] = (sbyte)Math.Round(Math.Clamp(value, -3 * PerNat, 3 * PerNat));
        }

        return clear;
    }
}
