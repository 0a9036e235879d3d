using System.Runtime.CompilerServices;

namespace Bartizan.Guards.Injection.Lexical;

/// <summary>The classes of the last words.</summary>
[InlineArray(8)]
internal struct RecentClasses
{
    private ulong _first;
}
