using System.Runtime.InteropServices;
using System.Text.Json;

namespace Bartizan.Guards.Redactions;

/// <summary>A string of an answer in which values come back.</summary>
/// <param name="Value">Where it stands.</param>
/// <param name="Key">What it goes on: strings of one key follow each other; 0 for one by itself.</param>
/// <param name="IsJson">True when it is JSON, whole or a piece.</param>
/// <param name="IsArgument">True for a string that a tool is called with.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AnswerText(JsonElement Value, int Key, bool IsJson, bool IsArgument);
