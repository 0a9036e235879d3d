using System.Buffers;
using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Streams;

internal sealed partial class AnswerWatch
{
    private bool TakeWhole(ReadOnlySpan<byte> piece, bool isLast, ArrayBufferWriter<byte> passed)
    {
        _pending.Write(piece);
        if (_pending.WrittenCount > MaxHeldBytes)
        {
            return false;
        }

        if (!isLast || _pending.WrittenCount == 0)
        {
            return true;
        }

        var sent =
            _prompt is null || _isServed
                ? _pending.WrittenMemory
                : JsonCleaning
                    .Of(
                        _pending.WrittenMemory,
                        (name, text) => name == ProviderFields.Echo ? _prompt.WithoutAddition(text) : text
                    )
                    .Bytes;
        var whole = JsonCleaning.Of(sent, (name, text) => Cleaned(name, text));
        _found = whole.IsChanged || whole.IsObjected || IsIn(sent);
        _prompt?.SeeRaw(Encoding.UTF8.GetString(sent.Span));
        passed.Write(_action == GuardAction.Redact ? whole.Bytes.Span : sent.Span);
        return _prompt?.Objects != true
            && (!_leaves || _leaving == GuardAction.Report)
            && (
                !_found
                || _action == GuardAction.Report
                || (_action == GuardAction.Redact && !whole.IsObjected && !IsIn(whole.Bytes))
            );
    }

    private bool IsIn(ReadOnlyMemory<byte> bytes) =>
        _lent is not null && LentFinder.IsIn(_lent, Encoding.UTF8.GetString(bytes.Span));

    private string Cleaned(string name, string text)
    {
        if (name == ProviderFields.Echo && !_isServed)
        {
            _prompt?.SeeRaw(text);
        }
        else
        {
            _prompt?.See(text);
        }

        _leaves |= _leaving is not null && TextTail.Leaves(text);
        if (_lent is null || !LentFinder.IsIn(_lent, text))
        {
            return text;
        }

        var tail = new TextTail();
        tail.Add(text);
        tail.Look(_lent);
        return tail.Without(text, 0, Name);
    }
}
