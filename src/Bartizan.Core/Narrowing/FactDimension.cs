using System.Runtime.InteropServices;
using Bartizan.Core.Conditions;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// One thing that conditions and arguments ask about, cut into atoms: what answers all questions of both policies alike
/// is one atom. Questions are named first, then the atoms are made. An answer is true, false or unknown.
/// </summary>
/// <remarks>
/// INVARIANT: whatever the thing is, its answers are those of an atom. Atoms that nothing can be only ever raise a false
/// alarm; one that is missing would be a false proof.
/// </remarks>
internal abstract class FactDimension
{
    /// <summary>Answers of one dimension: some hundred milliseconds. With more of them its questions stay predicates.</summary>
    private const int MaxAnswers = 4_000_000;

    private readonly Dictionary<string, int> _questions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _known = new(StringComparer.Ordinal);
    private readonly List<Truth[]> _atoms = [];

    /// <summary>Its number among the dimensions of a verb's circumstances.</summary>
    public required int Number { get; init; }

    /// <summary>How many atoms there are.</summary>
    public int Count => _atoms.Count;

    /// <summary>How many questions there are.</summary>
    protected int QuestionCount => _questions.Count;

    /// <summary>Makes the atoms; false when there would be too many.</summary>
    public abstract bool TryBuild(Effort effort);

    /// <summary>The atoms whose answer to a question fits.</summary>
    public AtomSet SetOf(string question, Func<Truth, bool> fits)
    {
        var column = _questions[question];
        return AtomSet.Of(Count, atom => fits(_atoms[atom][column]));
    }

    /// <summary>What an atom answers.</summary>
    protected ReadOnlySpan<Truth> RowOf(int atom) => _atoms[atom];

    /// <summary>Names a question; false when it has been named.</summary>
    protected bool Name(string question) => _questions.TryAdd(question, _questions.Count);

    /// <summary>Adds what answers so; the atom's number when it is a new one, else -1.</summary>
    protected int Add(Truth[] answers)
    {
        var key = new string(MemoryMarshal.Cast<byte, char>(Packed(answers)));
        if (!_known.TryAdd(key, _atoms.Count))
        {
            return -1;
        }

        _atoms.Add(answers);
        return _atoms.Count - 1;
    }

    /// <summary>True when so many things can be asked all questions.</summary>
    protected bool CanAsk(int things, Effort effort) =>
        (long)things * QuestionCount <= MaxAnswers && effort.Spend(things * QuestionCount / 16);

    private static Span<byte> Packed(Truth[] answers)
    {
        var packed = new byte[(answers.Length + 1) & ~1];
        for (var i = 0; i < answers.Length; i++)
        {
            packed[i] = (byte)answers[i];
        }

        return packed;
    }
}
