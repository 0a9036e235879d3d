namespace Bartizan.Guards.Redactions;

/// <summary>
/// Says whether a text is within a tag, a comment or a declaration, as a browser reads HTML (WHATWG HTML 13.2.5): a quotation mark opens
/// a value only right after an equals sign, and only its like closes it.
/// </summary>
internal sealed class TagWatch
{
    private State _state;

    private enum State
    {
        Text,
        Open,
        Name,
        BeforeValue,
        Quoted,
        DoubleQuoted,
        Unquoted,
    }

    /// <summary>True within one.</summary>
    public bool IsInside => _state > State.Open;

    /// <summary>Another text begins.</summary>
    public void Reset() => _state = State.Text;

    /// <summary>Takes the next letter.</summary>
    public void Take(char one) =>
        _state = _state switch
        {
            State.Text or State.Open when one == '<' => State.Open,
            State.Text => State.Text,
            State.Open => char.IsAsciiLetter(one) || one is '/' or '!' or '?' or '&' ? State.Name : State.Text,
            State.Quoted => one == '\'' ? State.Name : State.Quoted,
            State.DoubleQuoted => one == '"' ? State.Name : State.DoubleQuoted,
            _ when one == '>' => State.Text,
            State.BeforeValue => one switch
            {
                '"' => State.DoubleQuoted,
                '\'' => State.Quoted,
                ' ' or '\t' or '\n' or '\r' or '\f' => State.BeforeValue,
                _ => State.Unquoted,
            },
            State.Unquoted => one is ' ' or '\t' or '\n' or '\r' or '\f' ? State.Name : State.Unquoted,
            _ => one == '=' ? State.BeforeValue : State.Name,
        };
}
