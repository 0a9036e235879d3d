namespace Bartizan.Control;

/// <summary>Room that many share: so much in all, and of that so much for one, so that nobody has it alone.</summary>
/// <param name="inAll">How much there is.</param>
/// <param name="ofOne">How much of it one may have.</param>
public sealed class Shares(int inAll, int ofOne)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);
    private int _all;

    /// <summary>Takes one; false when there is none left, or none for them.</summary>
    public bool TryTake(string whose)
    {
        lock (_lock)
        {
            var theirs = _taken.GetValueOrDefault(whose);
            if (_all >= inAll || theirs >= ofOne)
            {
                return false;
            }

            (_all, _taken[whose]) = (_all + 1, theirs + 1);
            return true;
        }
    }

    /// <summary>Gives one back that was taken.</summary>
    public void Release(string whose)
    {
        lock (_lock)
        {
            _all--;
            if (--_taken[whose] == 0)
            {
                _taken.Remove(whose);
            }
        }
    }
}
