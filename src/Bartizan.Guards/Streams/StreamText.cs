using System.Runtime.InteropServices;

namespace Bartizan.Guards.Streams;

/// <summary>A string in an event: where its token stands in the event's bytes, and where its text stands in what it goes on.</summary>
/// <param name="Tail">The text that it goes on.</param>
/// <param name="Text">What it says.</param>
/// <param name="Start">Where that begins, counted from the beginning of the stream.</param>
/// <param name="TokenStart">Where its token begins, with its quotation mark.</param>
/// <param name="TokenEnd">Where its token ends.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StreamText(TextTail Tail, string Text, long Start, int TokenStart, int TokenEnd);
