using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Streams;

namespace Bartizan.Guards.Exfiltration;

/// <summary>
/// What a session sent to each place piece by piece: the values of one name follow each other, as whoever gathers them would put them
/// together again. A credential that leaves in pieces too short to be told is one there.
/// </summary>
internal sealed class Drips
{
    /// <summary>Values of different names and places that are gathered apart; more go on the first.</summary>
    private const int MaxPlaces = 1024;

    /// <summary>The longest value that is a piece; a longer one is looked at by itself.</summary>
    private const int MaxPiece = 32;

    private readonly Dictionary<(string Place, ulong Name), TextTail> _tails = [];

    /// <summary>Takes what is sent; true when it completes a credential.</summary>
    public bool Take(string place, ulong name, string value, SecretIndex lent)
    {
        if (value.Length is 0 or > MaxPiece)
        {
            return false;
        }

        lock (_tails)
        {
            if (!_tails.TryGetValue((place, name), out var tail))
            {
                tail = _tails.Count < MaxPlaces ? _tails[(place, name)] = new TextTail() : _tails.Values.First();
            }

            tail.Add(value);
            return tail.Look(lent);
        }
    }
}
