namespace Bartizan.Gateway.Inbound;

/// <summary>
/// The first two bytes of an answer: where they are UTF-16's mark, browsers read all of it so, whatever its type says (WHATWG Encoding,
/// BOM sniffing), and guards would read something else.
/// </summary>
internal sealed class AnswerLetters
{
    private int _count;
    private byte _first;

    /// <summary>Takes the next piece.</summary>
    /// <exception cref="BrokenInboundException">It begins with such a mark.</exception>
    public void Take(ReadOnlySpan<byte> piece)
    {
        if (_count >= 2)
        {
            return;
        }

        foreach (var one in piece)
        {
            if (_count == 1 && (_first, one) is (0xfe, 0xff) or (0xff, 0xfe))
            {
                throw new BrokenInboundException("the agent's answer is in letters that guards don't read");
            }

            (_first, _count) = (one, _count + 1);
            if (_count == 2)
            {
                return;
            }
        }
    }
}
