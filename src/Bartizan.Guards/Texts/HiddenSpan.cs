using System.Runtime.InteropServices;

namespace Bartizan.Guards.Texts;

/// <summary>A place where something is hidden.</summary>
/// <param name="Form">How.</param>
/// <param name="Start">Where it begins in the original.</param>
/// <param name="End">Where it ends in the original.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct HiddenSpan(HiddenForms Form, int Start, int End);
