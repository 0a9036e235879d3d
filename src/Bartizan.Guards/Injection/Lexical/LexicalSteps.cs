using System.Runtime.CompilerServices;

namespace Bartizan.Guards.Injection.Lexical;

/// <summary>The last steps of a text, in a ring.</summary>
[InlineArray(LexicalWindows.MaxSteps)]
internal struct LexicalSteps
{
    private LexicalStep _first;
}
