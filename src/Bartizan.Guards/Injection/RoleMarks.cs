using System.Buffers;
using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Injection;

/// <summary>
/// Marks by which chat templates tell who speaks, and tags that pose as a part of the model's own instructions. In a text they can
/// only be meant to take somebody's part.
/// </summary>
internal static class RoleMarks
{
    /// <summary>Tokens that nothing but a template holds.</summary>
    public static readonly string[] Tokens =
    [
        "<|im_start|>",
        "<|im_end|>",
        "<|im_sep|>",
        "<|system|>",
        "<|user|>",
        "<|assistant|>",
        "<|tool|>",
        "<|endoftext|>",
        "<|end|>",
        "<|start|>",
        "<|message|>",
        "<|channel|>",
        "<|call|>",
        "<|return|>",
        "<|constrain|>",
        "<|start_header_id|>",
        "<|end_header_id|>",
        "<|eot_id|>",
        "<|eom_id|>",
        "<|begin_of_text|>",
        "<|end_of_text|>",
        "<|python_tag|>",
        "<|header_start|>",
        "<|header_end|>",
        "<|eot|>",
        "<|step|>",
        "<|observation|>",
        "<|START_OF_TURN_TOKEN|>",
        "<|END_OF_TURN_TOKEN|>",
        "<|SYSTEM_TOKEN|>",
        "<|USER_TOKEN|>",
        "<|CHATBOT_TOKEN|>",
        "<|tool_call|>",
        "<|tool_calls_begin|>",
        "<|begin▁of▁sentence|>",
        "<|end▁of▁sentence|>",
        "<|begin_of_sentence|>",
        "<start_of_turn>",
        "<end_of_turn>",
        "[INST]",
        "[/INST]",
        "<<SYS>>",
        "<</SYS>>",
        "[TOOL_CALLS]",
        "[TOOL_RESULTS]",
        "[AVAILABLE_TOOLS]",
        "[SYSTEM_PROMPT]",
        "[/SYSTEM_PROMPT]",
        "<extra_id_0>",
        "<extra_id_1>",
        "<tool_call>",
        "</tool_call>",
        "<tool_response>",
        "</tool_response>",
        "<function_calls>",
        "</function_calls>",
        "<function_results>",
        "</function_results>",
        "<system-reminder>",
        "</system-reminder>",
    ];

    /// <summary>Words and tags that ordinary texts hold, too, and that say more where a line begins with them.</summary>
    public static readonly string[] Marks =
    [
        "<system>",
        "</system>",
        "<system_prompt>",
        "</system_prompt>",
        "<instructions>",
        "</instructions>",
        "<important>",
        "</important>",
        "<information>",
        "</information>",
        "<assistant>",
        "</assistant>",
        "<user>",
        "</user>",
        "<admin>",
        "<secret>",
        "<hidden>",
        "<override>",
        "<critical>",
        "<tool_result>",
        "</tool_result>",
        "</document>",
        "</context>",
        "</data>",
        "</user_input>",
        "\nhuman:",
        "\nassistant:",
        "\nsystem:",
        "\n### instruction",
        "\n### system",
        "\n### response",
        "\n## system",
        "[system]",
        "[assistant]",
        "[user]",
        "[admin]",
        "[system message]",
        "[important]",
        "system prompt:",
        "new instructions:",
        "begin system",
        "end of system",
        "end of document",
        "end of context",
        "end of tool result",
        "---end",
        "=== end",
    ];

    private static readonly SearchValues<char> _starts = SearchValues.Create("<[");

    /// <summary>Adds the marks of a view.</summary>
    public static void Find(MarkTable table, TextView view, Channel channel, FoundList found)
    {
        var text = view.Text.Span;
        var hasBrackets = text.IndexOfAny(_starts) >= 0;
        if (hasBrackets)
        {
            Find(text, table.AnyToken, table.Tokens, "role-token", 0.9, view, found);
        }

        var any = hasBrackets ? table.AnyMark : table.BareMark;
        Find(text, any, table.Marks, "role-mark", channel == Channel.User ? 0.4 : 0.65, view, found);
    }

    private static void Find(
        ReadOnlySpan<char> text,
        SearchValues<string> any,
        string[] marks,
        string kind,
        double confidence,
        TextView view,
        FoundList found
    )
    {
        var at = 0;
        while (!found.IsFull("injection") && text[at..].IndexOfAny(any) is >= 0 and var next)
        {
            at += next;
            var length = 1;
            foreach (var mark in marks)
            {
                if (text[at..].StartsWith(mark, StringComparison.OrdinalIgnoreCase) && mark.Length > length)
                {
                    length = mark.Length;
                }
            }

            found.Add("injection", kind, view, at, length, FindingSeverity.High, confidence);
            at += length;
        }
    }
}
