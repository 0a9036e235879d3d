using System.Runtime.InteropServices;

namespace Bartizan.Guards.Training;

/// <summary>A row and its score by weights that had not seen its family.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Scored(Row Row, float Score);
