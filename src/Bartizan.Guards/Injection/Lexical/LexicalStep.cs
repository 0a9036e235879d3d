using System.Runtime.InteropServices;

namespace Bartizan.Guards.Injection.Lexical;

/// <summary>Some words in a row: what they weigh, and where they stand.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LexicalStep(int Sum, int Features, int Start, int End);
